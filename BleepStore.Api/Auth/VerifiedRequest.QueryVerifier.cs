using System.Security.Cryptography;
using BleepStore.Api.Protocol;
using BleepStore.Api.QueryApi;

namespace BleepStore.Api.Auth;

internal sealed partial class VerifiedRequest
{
    public sealed partial class Verifier
    {
        /// <summary>
        /// Finds out who sent a form to IAM or STS, and to which of them: its signature is for one service, covers the body, and may name any region,
        /// for these services have none.
        /// </summary>
        /// <param name="request">The request that carried the form.</param>
        /// <param name="body">All of its body.</param>
        /// <param name="cancellationToken">Ends the waiting.</param>
        /// <exception cref="S3Exception">The request is refused.</exception>
        /// <exception cref="QueryException">It is not signed at all, or for another service.</exception>
        public async ValueTask<(QueryService Service, Caller.Account Caller)> VerifyQueryAsync(
            IncomingRequest request, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
        {
            if (!request.Headers.ContainsKey("Authorization") || AuthMechanisms.Of(request, SignatureV2Mode.Off) != AuthMechanism.V4Header)
            {
                throw new QueryException(QueryErrors.MissingAuthenticationToken);
            }

            var now = time.GetUtcNow();
            var claim = SignatureV4Header.ParseQuery(request, now);
            var service = QueryService.Find(claim.Credential.ServiceName.ToString())
                ?? throw new QueryException(QueryErrors.IncompleteSignature.Because(
                    $"Credential should be scoped to correct service: 'iam' or 'sts', not '{claim.Credential.ServiceName}'."));
            SignedHeaderList.Check(request, claim.SignedHeaders.Span, isPresigned: false);
            var token = FindSessionToken(request, AuthMechanism.V4Header);
            var credential = await GetActiveAsync(claim.Credential.AccessKey, token, cancellationToken);
            var signingKey = SigningKeyCache.Derive(credential.Secret, claim.Credential.Date, claim.Credential.Region, claim.Credential.ServiceName);
            SignatureV4.Check(request, claim, Convert.ToHexStringLower(SHA256.HashData(body.Span)), signingKey);
            return (service, credential.Caller);
        }
    }
}
