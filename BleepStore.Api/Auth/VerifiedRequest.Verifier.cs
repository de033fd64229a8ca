using System.Text;
using BleepStore.Api.Forms;
using BleepStore.Api.Protocol;

namespace BleepStore.Api.Auth;

internal sealed partial class VerifiedRequest
{
    /// <summary>
    /// Finds out who sent a request, or refuses it with the error that AWS gives. Every path to a <see cref="VerifiedRequest"/> with an
    /// account runs through a signature check in this class. Safe for concurrent use.
    /// </summary>
    public sealed partial class Verifier(ICredentialLookup credentials, AuthOptions options, TimeProvider time)
    {
        // A form's file has no hash that anybody signed: its policy is what is signed.
        private static readonly PayloadMode FormPayload = new PayloadMode.Unsigned();
        private const string SessionTokenName = "x-amz-security-token";

        private readonly SigningKeyCache _signingKeys = new();

        /// <summary>The request with its sender, before a byte of its body is read.</summary>
        /// <exception cref="S3Exception">The request is refused.</exception>
        public ValueTask<VerifiedRequest> VerifyAsync(IncomingRequest request, CancellationToken cancellationToken)
        {
            var mechanism = AuthMechanisms.Of(request, options.SignatureV2);
            var token = FindSessionToken(request, mechanism);
            return mechanism switch
            {
                AuthMechanism.V4Header => VerifyV4Async(
                    request,
                    SignatureV4Header.Parse(request, options.Region, time.GetUtcNow()),
                    PayloadDeclaration.OfSignedHeader(request),
                    token,
                    cancellationToken),
                AuthMechanism.V4Query => VerifyV4Async(
                    request,
                    SignatureV4Query.Parse(request, options.Region, time.GetUtcNow()),
                    PayloadDeclaration.OfPresigned(request),
                    token,
                    cancellationToken),
                AuthMechanism.V2Header => VerifyV2Async(request, SignatureV2.ParseHeader(request, time.GetUtcNow()), token, cancellationToken),
                AuthMechanism.V2Query => VerifyV2Async(request, SignatureV2.ParseQuery(request, time.GetUtcNow()), token, cancellationToken),
                _ => ValueTask.FromResult(Anonymous(request)),
            };
        }

        /// <summary>
        /// The request that a browser's form upload stands for, with its sender: the signer of its policy, which allows all that the form says. A
        /// form without any signature field is anonymous, and no policy restricts it.
        /// </summary>
        /// <param name="request">The request that carries the form.</param>
        /// <param name="form">The form up to its file.</param>
        /// <exception cref="S3Exception">The form is refused.</exception>
        public async ValueTask<VerifiedRequest> VerifyFormAsync(VerifiedRequest request, PostForm form, CancellationToken cancellationToken)
        {
            var caller = await VerifySignerAsync(request, form.Signature, cancellationToken);
            // A form without a key is no form, whatever its policy says.
            var put = FormRequest.Of(request.Incoming, form);
            var length = FileLength.Any;
            if (caller is Caller.Account)
            {
                var policy = PostPolicy.Parse(form.Find("policy")!);
                policy.Check(request.Bucket ?? "", form, time.GetUtcNow());
                length = policy.Length;
            }

            return new VerifiedRequest(put, caller, FormPayload, isPresigned: false)
            {
                Upload = new FormUpload(length, form.EstimatedBytes, form.Signature.IsV4),
            };
        }

        /// <summary>Finds out who signed the policy of a form, and nothing about what it allows.</summary>
        /// <exception cref="S3Exception">The form is refused.</exception>
        public async ValueTask<Caller> VerifySignerAsync(VerifiedRequest request, FormSignature form, CancellationToken cancellationToken)
        {
            if (request.Caller is not Caller.Anonymous)
            {
                throw new S3Exception(S3Errors.InvalidArgument.Because(
                    "Only one auth mechanism allowed; the form or the request may be signed, not both"));
            }

            form = form.Checked(options.SignatureV2);
            if (!form.IsSigned)
            {
                return request.Caller;
            }

            var policy = Encoding.UTF8.GetBytes(form.Policy!);
            Credential credential;
            bool matches;
            if (form.IsV4)
            {
                var scope = form.Scope(options.Region);
                credential = await GetActiveAsync(scope.AccessKey, form.SecurityToken, cancellationToken);
                var signingKey = _signingKeys.Get(credential, scope.Date, options.Region, CredentialScope.Service);
                matches = SignatureV4.Matches(signingKey.Span, policy, form.Signature);
            }
            else
            {
                credential = await GetActiveAsync(form.AccessKey!, form.SecurityToken, cancellationToken);
                matches = SignatureV2.Matches(credential.Secret, policy, form.Signature!);
            }

            return matches
                ? credential.Caller
                : throw new S3Exception(SignatureV4.Mismatch(credential.AccessKey, policy, form.Signature!));
        }

        private async ValueTask<VerifiedRequest> VerifyV4Async(
            IncomingRequest request, SignatureV4Claim claim, PayloadDeclaration payload, string? token, CancellationToken cancellationToken)
        {
            SignedHeaderList.Check(request, claim.SignedHeaders.Span, claim.IsPresigned);
            var credential = await GetActiveAsync(claim.Credential.AccessKey, token, cancellationToken);
            var signingKey = _signingKeys.Get(credential, claim.Credential.Date, options.Region, CredentialScope.Service);
            SignatureV4.Check(request, claim, payload.Text, signingKey.Span);
            return new VerifiedRequest(request, credential.Caller, payload.ToMode(claim, signingKey), claim.IsPresigned);
        }

        private async ValueTask<VerifiedRequest> VerifyV2Async(
            IncomingRequest request, SignatureV2Claim claim, string? token, CancellationToken cancellationToken)
        {
            var payload = PayloadDeclaration.OfOther(request, claim.IsPresigned);
            var credential = await GetActiveAsync(claim.AccessKey, token, cancellationToken);
            SignatureV2.Check(request, claim, credential.Secret);

            // What is wrong with such a header is told first, as where S3 still knows it: only a good one is told that it is not taken any more.
            if (!claim.IsPresigned && options.SignatureV2 != SignatureV2Mode.All)
            {
                throw AuthMechanisms.NotSupported();
            }

            return new VerifiedRequest(request, credential.Caller, payload.ToMode(), claim.IsPresigned);
        }

        private async ValueTask<Credential> GetActiveAsync(string accessKey, string? token, CancellationToken cancellationToken)
        {
            var credential = token is null
                ? await credentials.FindAsync(accessKey, cancellationToken)
                : await credentials.FindSessionAsync(accessKey, token, cancellationToken);
            return credential is { Active: true }
                ? credential
                : throw new S3Exception(S3Errors.InvalidAccessKeyId.With("AWSAccessKeyId", accessKey));
        }

        private static VerifiedRequest Anonymous(IncomingRequest request)
        {
            var payload = PayloadDeclaration.OfOther(request, isPresigned: false);
            return new VerifiedRequest(request, Caller.Anonymous.Instance, payload.ToMode(), isPresigned: false);
        }

        // A header or a parameter, never two that could be played off against each other; without a signature a token proves nothing.
        private static string? FindSessionToken(IncomingRequest request, AuthMechanism mechanism)
        {
            string? token = null;
            if (request.Headers.TryGetValue(SessionTokenName, out var header))
            {
                token = header.Count == 1 ? header[0] : throw new S3Exception(S3Errors.InvalidToken);
            }

            foreach (var parameter in request.Query.Parameters)
            {
                if (parameter.Name.Equals(SessionTokenName, StringComparison.OrdinalIgnoreCase))
                {
                    var isSigned = mechanism is AuthMechanism.V4Query or AuthMechanism.V2Query;
                    token = isSigned && token is null ? parameter.Value : throw new S3Exception(S3Errors.InvalidToken);
                }
            }

            return token is null || mechanism != AuthMechanism.None ? token : throw new S3Exception(S3Errors.InvalidToken);
        }
    }
}
