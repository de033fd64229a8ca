using System.Globalization;
using BleepStore.Api.Auth;
using BleepStore.Api.Operations;
using BleepStore.Tests.Http;

namespace BleepStore.Tests.Api;

/// <summary>Forged signatures against every operation and every payload form, over the wire: refused, without effect, nothing stored.</summary>
public sealed class SignatureAttackTests(SignatureAttackTests.Fixture fixture) : IClassFixture<SignatureAttackTests.Fixture>
{
    private const string Garbage = "GARBAGE";

    private static readonly string[] StreamingForms = [TestSigner.Streaming, TestSigner.StreamingTrailer, TestSigner.StreamingUnsignedTrailer];

    public static TheoryData<string> Operations => SampleRequests.Names;

    private AttackHost Attack => fixture.Attack;

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task A_wrong_signature_is_refused_for_every_payload_form(string operation)
    {
        var definition = SampleRequests.Definition(operation);
        var before = await Attack.PictureAsync();
        foreach (var form in (string[])["hash", TestSigner.UnsignedPayload, .. StreamingForms, Garbage, "", "duplicated", "missing"])
        {
            foreach (var (name, signer, code) in Forgers())
            {
                var request = fixture.Samples.Of(Attack, definition);
                Declare(request, form);
                var seed = signer.SignHeader(request, AttackHost.Now);
                if (form == "missing")
                {
                    request.Remove("x-amz-content-sha256");
                }

                Frame(request, form, signer, seed);
                if (name == "flipped")
                {
                    Flip(request);
                }

                Check(await Attack.SendAsync(request), definition, form, $"{name} {form}", isPresigned: false, code);
            }
        }

        (await Attack.PictureAsync()).ShouldBe(before);
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task A_wrong_presigned_url_is_refused_for_every_payload_form(string operation)
    {
        var definition = SampleRequests.Definition(operation);
        var before = await Attack.PictureAsync();
        foreach (var form in (string[])["hash", TestSigner.UnsignedPayload, .. StreamingForms, Garbage, "", "duplicated", "missing"])
        {
            foreach (var (name, signer, code) in Forgers())
            {
                var request = fixture.Samples.Of(Attack, definition);
                Declare(request, form);
                if (form == "missing")
                {
                    request.Remove("x-amz-content-sha256");
                }

                var amz = request.Headers.Select(header => header.Key).Where(header => header.StartsWith("x-amz-", StringComparison.Ordinal)).Distinct().ToArray();
                var seed = signer.Presign(request, AttackHost.Now, payloadHash: request.Header("x-amz-content-sha256") ?? TestSigner.UnsignedPayload, alsoSign: amz);
                Frame(request, form, signer, seed);
                if (name == "flipped")
                {
                    request.Target = request.Target[..^1] + (request.Target[^1] == '0' ? '1' : '0');
                }

                Check(await Attack.SendAsync(request), definition, form, $"{name} {form}", isPresigned: true, code);
            }
        }

        (await Attack.PictureAsync()).ShouldBe(before);
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task An_old_or_unfinished_signature_is_refused(string operation)
    {
        var definition = SampleRequests.Definition(operation);
        var before = await Attack.PictureAsync();
        var owner = AttackHost.Signer(S3TestHost.Alice);
        async Task RefusedAsync(string what, string expected, Action<TestRequest> sign)
        {
            var request = fixture.Samples.Of(Attack, definition);
            sign(request);
            Expect(await Attack.SendAsync(request), definition, expected, what);
        }

        await RefusedAsync("stale header", "403 RequestTimeTooSkewed", request => owner.SignHeader(request, AttackHost.Now.AddMinutes(-16)));
        await RefusedAsync("header of the future", "403 RequestTimeTooSkewed", request => owner.SignHeader(request, AttackHost.Now.AddMinutes(16)));
        await RefusedAsync("expired url", "403 AccessDenied", request => Presign(owner, request, AttackHost.Now.AddMinutes(-2), "60"));
        await RefusedAsync("url of the future", "403 AccessDenied", request => Presign(owner, request, AttackHost.Now.AddMinutes(16), "60"));
        await RefusedAsync("endless url", "400 AuthorizationQueryParametersError", request => Presign(owner, request, AttackHost.Now, "604801"));
        await RefusedAsync("header and url", "400 InvalidArgument", request =>
        {
            Presign(owner, request, AttackHost.Now, "60");
            owner.SignHeader(request, AttackHost.Now);
        });
        await RefusedAsync("credential in the query alone", "400 AuthorizationQueryParametersError", request => request.WithQuery(
            $"X-Amz-Credential={Uri.EscapeDataString($"{S3TestHost.Alice.AccessKey}/{owner.Scope(AttackHost.Now)}")}"));
        await RefusedAsync("unsigned trailer beside a credential", "400 AuthorizationQueryParametersError", request => request
            .WithQuery($"X-Amz-Credential={S3TestHost.Alice.AccessKey}").With("x-amz-content-sha256", TestSigner.StreamingUnsignedTrailer));
        await RefusedAsync("an access key alone", "403 AccessDenied", request => request.WithQuery($"AWSAccessKeyId={S3TestHost.Alice.AccessKey}"));
        await RefusedAsync("basic authorization", "400 InvalidArgument", request => request.With("Authorization", "Basic YWxpY2U6c2VjcmV0"));
        await RefusedAsync("an unsigned x-amz header", "403 AccessDenied", request =>
        {
            owner.SignHeader(request, AttackHost.Now);
            request.With("x-amz-meta-added", "later");
        });
        await RefusedAsync("a session token of somebody", "400 InvalidToken", request =>
        {
            request.With("x-amz-security-token", "abc");
            owner.SignHeader(request, AttackHost.Now);
        });
        await RefusedAsync("version 2 in the header with another secret", "403 SignatureDoesNotMatch", request
            => new TestSignerV2(S3TestHost.Alice.AccessKey, "guess").SignHeader(request, AttackHost.Now));
        await RefusedAsync("version 2 in the header of nobody", "403 InvalidAccessKeyId", request
            => new TestSignerV2("nobody", S3TestHost.Alice.Secret).SignHeader(request, AttackHost.Now));
        await RefusedAsync("version 2 in a stale header", "403 RequestTimeTooSkewed", request
            => new TestSignerV2(S3TestHost.Alice.AccessKey, S3TestHost.Alice.Secret).SignHeader(request, AttackHost.Now.AddMinutes(-16)));
        await RefusedAsync("version 2 with another secret", "403 SignatureDoesNotMatch", request => new TestSignerV2(S3TestHost.Alice.AccessKey, "guess")
            .Presign(request, AttackHost.Now.AddMinutes(5).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)));
        (await Attack.PictureAsync()).ShouldBe(before);
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task A_signature_for_another_method_bucket_key_or_host_is_refused(string operation)
    {
        var definition = SampleRequests.Definition(operation);
        var before = await Attack.PictureAsync();
        var owner = AttackHost.Signer(S3TestHost.Alice);
        foreach (var presigned in (bool[])[false, true])
        {
            foreach (var change in (Action<TestRequest>[])
                [request => request.Method = "GET", request => request.Target = "/other" + request.Target[1..], request => request.Host = "localhost:1", request => request.WithQuery("a=b")])
            {
                var request = fixture.Samples.Of(Attack, definition);
                var (method, target, host) = (request.Method, request.Target, request.Host);
                change(request);
                if (request.Method == method && request.Target == target && request.Host == host)
                {
                    continue;
                }

                if (presigned)
                {
                    Presign(owner, request, AttackHost.Now, "60");
                    (request.Method, request.Host) = (method, host);
                    request.Target = target + (target.Contains('?', StringComparison.Ordinal) ? '&' : '?') + request.Target[request.Target.IndexOf("X-Amz-Algorithm", StringComparison.Ordinal)..];
                }
                else
                {
                    owner.SignHeader(request, AttackHost.Now);
                    (request.Method, request.Target, request.Host) = (method, target, host);
                }

                Expect(await Attack.SendAsync(request), definition, "403 SignatureDoesNotMatch", $"presigned: {presigned}");
            }
        }

        (await Attack.PictureAsync()).ShouldBe(before);
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task Nobody_may_do_anything_with_a_private_bucket(string operation)
    {
        var definition = SampleRequests.Definition(operation);
        var before = await Attack.PictureAsync();
        foreach (var form in (string[])["missing", "hash", TestSigner.UnsignedPayload])
        {
            var request = fixture.Samples.Of(Attack, definition);
            Declare(request, form);
            Expect(await Attack.SendAsync(form == "missing" ? request.Remove("x-amz-content-sha256") : request), definition, "403 AccessDenied", form);
        }

        if (definition.Name != "ListBuckets" && definition.Name != "CreateBucket")
        {
            foreach (var who in (Credential[])[S3TestHost.Bob, AttackHost.Powerless])
            {
                var request = fixture.Samples.Of(Attack, definition);
                Expect(await Attack.CallAsync(who, request), definition, "403 AccessDenied", who.AccessKey);
            }
        }

        Expect(await Attack.CallAsync(AttackHost.Powerless, fixture.Samples.Of(Attack, definition)), definition, "403 AccessDenied", "a user without rights");
        Expect(await Attack.CallAsync(AttackHost.Disabled, fixture.Samples.Of(Attack, definition)), definition, "403 InvalidAccessKeyId", "a disabled key");
        (await Attack.PictureAsync()).ShouldBe(before);
    }

    /// <summary>Without this, all the refusals above could be for the wrong reason.</summary>
    [Theory]
    [MemberData(nameof(Operations))]
    public async Task The_same_request_rightly_signed_succeeds(string operation)
    {
        var definition = SampleRequests.Definition(operation);
        foreach (var presigned in (bool[])[false, true])
        {
            // A host of its own: what succeeds changes the store.
            await using var attack = new AttackHost();
            await attack.InitializeAsync();
            var samples = await SampleRequests.PrepareAsync(attack, S3TestHost.Alice, "good");
            if (operation == "DeleteBucket")
            {
                await attack.MustAsync(S3TestHost.Alice, "DELETE", $"/{samples.Bucket}/{samples.Key}");
            }

            var request = samples.Of(attack, definition);
            if (presigned)
            {
                Presign(AttackHost.Signer(S3TestHost.Alice), request, AttackHost.Now, "60");
            }
            else
            {
                AttackHost.Signer(S3TestHost.Alice).SignHeader(request, AttackHost.Now);
            }

            var answer = await attack.SendAsync(request);
            answer.Status.ShouldBe(definition.SuccessStatus, answer.Text);
        }
    }

    private static void Presign(TestSigner signer, TestRequest request, DateTimeOffset at, string expires)
        => signer.Presign(request, at, expires, alsoSign:
            [.. request.Headers.Select(header => header.Key).Where(header => header.StartsWith("x-amz-", StringComparison.Ordinal))]);

    private static IEnumerable<(string Name, TestSigner Signer, string Code)> Forgers() =>
    [
        ("flipped", AttackHost.Signer(S3TestHost.Alice), "SignatureDoesNotMatch"),
        ("other secret", new TestSigner(S3TestHost.Alice.AccessKey, S3TestHost.Bob.Secret), "SignatureDoesNotMatch"),
        ("unknown key", AttackHost.Signer(AttackHost.Unknown), "InvalidAccessKeyId"),
    ];

    private static void Declare(TestRequest request, string form)
    {
        switch (form)
        {
            case "hash" or "missing":
                request.With("x-amz-content-sha256", TestSigner.HexSha256(request.Body));
                break;
            case "duplicated":
                request.With("x-amz-content-sha256", TestSigner.UnsignedPayload).With("x-amz-content-sha256", TestSigner.HexSha256(request.Body));
                break;
            default:
                request.With("x-amz-content-sha256", form);
                break;
        }

        if (form.StartsWith("STREAMING", StringComparison.Ordinal))
        {
            request.With("x-amz-decoded-content-length", request.Body.Length.ToString(CultureInfo.InvariantCulture));
        }
    }

    private static void Frame(TestRequest request, string form, TestSigner signer, string seed)
    {
        request.Body = form switch
        {
            TestSigner.Streaming => signer.SignedChunks(request.Body, 8192, AttackHost.Now, seed),
            TestSigner.StreamingTrailer => signer.SignedChunks(request.Body, 8192, AttackHost.Now, seed, ("x-amz-checksum-crc32", "AAAAAA==")),
            TestSigner.StreamingUnsignedTrailer => TestSigner.UnsignedChunks(request.Body, 8192),
            _ => request.Body,
        };
    }

    private static void Flip(TestRequest request)
    {
        var authorization = request.Header("Authorization")!;
        request.Set("Authorization", authorization[..^1] + (authorization[^1] == '0' ? '1' : '0'));
    }

    private static void Check(RawAnswer answer, S3OperationDefinition definition, string form, string what, bool isPresigned, string code)
    {
        var isUpload = definition.Name is "PutObject" or "UploadPart";
        var expected = form switch
        {
            Garbage or "" or "duplicated" => "400 InvalidArgument",
            "missing" when !isPresigned => "400 InvalidRequest",
            _ when StreamingForms.Contains(form) && !isUpload => "400 InvalidRequest",
            TestSigner.Streaming or TestSigner.StreamingTrailer when isPresigned => "400 InvalidRequest",
            _ => $"403 {code}",
        };
        Expect(answer, definition, expected, what);
    }

    private static void Expect(RawAnswer answer, S3OperationDefinition definition, string expected, string what)
    {
        // Each key of a batch has an answer of its own.
        var outcome = answer.Text.Contains("<Error><Key>object</Key><Code>AccessDenied</Code>", StringComparison.Ordinal) ? "403 AccessDenied" : answer.Outcome;
        outcome.ShouldBe(definition.Method == "HEAD" ? expected.Split(' ')[0] : expected, $"{definition.Name}: {what}");
    }

    /// <summary>One host and one bucket for all of them: nothing they do may change it.</summary>
    public sealed class Fixture : IAsyncLifetime
    {
        public AttackHost Attack { get; } = new();

        internal SampleRequests Samples { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            await Attack.InitializeAsync();
            Samples = await SampleRequests.PrepareAsync(Attack, S3TestHost.Alice, "private");
        }

        public ValueTask DisposeAsync() => Attack.DisposeAsync();
    }
}
