using System.Globalization;
using System.Text;
using BleepStore.Tests.Http;

namespace BleepStore.Tests.Api;

/// <summary>What a form must not get past its policy, and bodies that are no form: refused, without effect.</summary>
public sealed class PostObjectAttackTests(MemoryApiHost fixture) : IClassFixture<MemoryApiHost>
{
    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    [Theory]
    [InlineData("another key", """{"key": "mine"}""", "key", "yours", """Policy Condition failed: ["eq", "$key", "mine"]""")]
    [InlineData("a key outside the prefix", """["starts-with", "$key", "user/"]""", "key", "User/x", """Policy Condition failed: ["starts-with", "$key", "user/"]""")]
    [InlineData("another case of the value", """["eq", "$key", "MINE"]""", "key", "mine", """Policy Condition failed: ["eq", "$key", "MINE"]""")]
    [InlineData("another bucket", """{"bucket": "other"}, ["starts-with", "$key", ""]""", "key", "k", """Policy Condition failed: ["eq", "$bucket", "other"]""")]
    [InlineData("a field without a condition", """["starts-with", "$key", ""]""", "acl", "public-read", "Extra input fields: acl")]
    [InlineData("a prefix of field names", """["starts-with", "$key", ""], ["starts-with", "$x-amz-meta-", ""]""", "x-amz-meta-ab", "x", """Policy Condition failed: ["starts-with", "$x-amz-meta-", ""]""")]
    [InlineData("the header of a field", """["starts-with", "$key", ""], {"acl": "private"}""", "x-amz-acl", "public-read", """Policy Condition failed: ["eq", "$acl", "private"]""")]
    [InlineData("an absent field", """["starts-with", "$key", ""], ["eq", "$acl", "private"]""", "key", "k", """Policy Condition failed: ["eq", "$acl", "private"]""")]
    [InlineData("an absent field with any value", """["starts-with", "$key", ""], ["starts-with", "$x-amz-meta-a", ""]""", "key", "k", """Policy Condition failed: ["starts-with", "$x-amz-meta-a", ""]""")]
    [InlineData("one of a list of types", """["starts-with", "$key", ""], ["starts-with", "$Content-Type", "image/"]""", "Content-Type", "image/png, text/html", """Policy Condition failed: ["starts-with", "$Content-Type", "image/"]""")]
    [InlineData("a redirect that is not allowed", """["starts-with", "$key", ""], {"success_action_redirect": "http://good/"}""", "success_action_redirect", "http://evil/", """Policy Condition failed: ["eq", "$success_action_redirect", "http://good/"]""")]
    public async Task The_policy_refuses(string what, string conditions, string field, string value, string reason)
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var form = new TestForm().With(field, value).WithFile("Hello");
        if (field != "key")
        {
            form.With("key", "k");
        }

        var answer = await PostObjectTests.PostAsync(bucket, PostObjectTests.Signed(bucket, form, conditions));
        answer.ErrorCode.ShouldBe("AccessDenied", what);
        answer.Status.ShouldBe(403);
        answer.Element("Message").ShouldBe("Invalid according to Policy: " + reason);
        await NothingIsStoredAsync(bucket);
    }

    [Fact]
    public async Task What_the_URL_says_is_no_field_of_the_form()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var form = PostObjectTests.Signed(bucket, new TestForm().With("key", "k").WithFile("Hello"), """["starts-with", "$key", ""]""");
        var answer = await bucket.SendAsItIsAsync(form.WriteTo(bucket.Request("POST").WithQuery("x-amz-acl=public-read&x-amz-meta-a=1")));
        answer.Status.ShouldBe(204, answer.Text);
        (await bucket.HeadAsync("k")).Header("x-amz-meta-a").ShouldBeNull();
    }

    [Fact]
    public async Task Names_of_fields_and_operations_have_no_case()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var form = new TestForm().With("kEy", "k").With("ACL", "private").With("CONTENT-TYPE", "text/plain").WithFile("Hello");
        var answer = await PostObjectTests.PostAsync(bucket, PostObjectTests.Signed(
            bucket, form, """["STARTS-with", "$KeY", ""], {"aCl": "private"}, ["Eq", "$content-TYPE", "text/plain"], ["Content-Length-RANGE", "0", "100"]"""));
        answer.Status.ShouldBe(204, answer.Text);
        (await bucket.HeadAsync("k")).Header("Content-Type").ShouldBe("text/plain");
    }

    [Fact]
    public async Task Every_field_that_signs_needs_its_condition_and_so_does_the_bucket()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        foreach (var missing in (string[])["x-amz-credential", "x-amz-algorithm", "x-amz-date", "bucket", "key"])
        {
            var names = ((string[])["x-amz-credential", "x-amz-algorithm", "x-amz-date", "bucket", "key"]).Where(name => name != missing);
            var policy = $$"""{"expiration": "{{Now.AddMinutes(1):yyyy-MM-ddTHH:mm:ssZ}}", "conditions": [{{string.Join(", ", names.Select(name => $"""["starts-with", "${name}", ""]"""))}}]}""";
            var answer = await PostObjectTests.PostAsync(bucket, new TestForm().With("key", "k").WithFile("x").Sign(TestBucket.Signer(), policy, Now));
            answer.Status.ShouldBe(403);
            answer.Element("Message").ShouldBe($"Invalid according to Policy: Extra input fields: {missing}");
        }

        await NothingIsStoredAsync(bucket);
    }

    [Theory]
    [InlineData("[\"eq\", \"key\", \"k\"]")]
    [InlineData("[\"starts-with\", \"$\", \"\"]")]
    [InlineData("[\"content-length-range\", \"few\", \"10\"]")]
    public async Task A_condition_that_speaks_of_nothing_is_met_by_no_form(string condition)
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var soon = Now.AddMinutes(1).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        var policy = $$"""{"expiration": "{{soon}}", "conditions": [{{condition}}]}""";
        var answer = await PostObjectTests.PostAsync(bucket, new TestForm().With("key", "k").Sign(TestBucket.Signer(), policy, Now).WithFile("x"));
        answer.ErrorCode.ShouldBe("AccessDenied", answer.Text);
        answer.Element("Message").ShouldBe($"Invalid according to Policy: Policy Condition failed: {condition}");
        await NothingIsStoredAsync(bucket);
    }

    [Fact]
    public async Task A_form_without_a_key_is_none_whatever_its_policy_wants()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var soon = Now.AddMinutes(1).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        var policy = $$"""{"expiration": "{{soon}}", "conditions": [["starts-with", "$key", "k"]]}""";
        var answer = await PostObjectTests.PostAsync(bucket, new TestForm().Sign(TestBucket.Signer(), policy, Now).WithFile("x"));
        answer.Status.ShouldBe(400);
        (answer.ErrorCode, answer.Element("ArgumentName")).ShouldBe(("InvalidArgument", "key"));
    }

    [Theory]
    [InlineData("{}", "Policy missing expiration.")]
    [InlineData("""{"conditions": []}""", "Policy missing expiration.")]
    [InlineData("""{"expiration": "{soon}"}""", "Policy missing conditions.")]
    [InlineData("""{"EXPIRATION": "{soon}", "conditions": []}""", "Unexpected: 'EXPIRATION'")]
    [InlineData("""{"expiration": "{soon}", "CONDITIONS": []}""", "Unexpected: 'CONDITIONS'")]
    [InlineData("""{"expiration": "{soon}", "expiration": "{soon}", "conditions": []}""", "Unexpected: 'expiration'")]
    [InlineData("""{"expiration": "tomorrow", "conditions": []}""", "Invalid 'expiration' value: 'tomorrow'")]
    [InlineData("""{"expiration": "2099-01-01 00:00:00+00:00", "conditions": []}""", "Invalid 'expiration' value: '2099-01-01 00:00:00+00:00'")]
    [InlineData("""{"expiration": "2099-13-01T00:00:00Z", "conditions": []}""", "Invalid 'expiration' value: '2099-13-01T00:00:00Z'")]
    [InlineData("""{"expiration": 4070908800, "conditions": []}""", "Invalid 'expiration' value: '4070908800'")]
    [InlineData("""{"expiration": "{soon}", "conditions": {}}""", "Invalid 'conditions' value: must be a List.")]
    [InlineData("""{"expiration": "{soon}", "conditions": [{}]}""", "Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.")]
    [InlineData("""{"expiration": "{soon}", "conditions": [{"a": "b", "c": "d"}]}""", "Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.")]
    [InlineData("""{"expiration": "{soon}", "conditions": [{"success_action_status": 201}]}""", "Invalid Simple-Condition: value must be a string.")]
    [InlineData("""{"expiration": "{soon}", "conditions": [["content-length-range", 0]]}""", "Invalid content-length-range: wrong number of arguments.")]
    [InlineData("""{"expiration": "{soon}", "conditions": [["content-length-range", -1, 0]]}""", "Invalid content-length-range condition.")]
    [InlineData("""{"expiration": "{soon}", "conditions": [["content-length-range", 0, 1e3]]}""", "Invalid content-length-range condition.")]
    [InlineData("""{"expiration": "{soon}", "conditions": [["matches", "$key", ""]]}""", "Invalid Condition: unknown operation 'matches'.")]
    [InlineData("""{"expiration": "{soon}", "conditions": [["eq", "$key"]]}""", "Invalid eq: wrong number of arguments.")]
    [InlineData("""{"expiration": "{soon}", "conditions": [["eq", "$key", true]]}""", "Invalid JSON.")]
    [InlineData("""{"expiration": "{soon}", "conditions": [["content-length-range", 1, false]]}""", "Invalid JSON.")]
    [InlineData("""{"expiration": true, "conditions": []}""", "Invalid JSON.")]
    [InlineData("""{"expiration": "{soon}", "conditions": true}""", "Invalid 'conditions' value: must be a List.")]
    [InlineData("""{"expiration": "{soon}", "conditions": ["eq"]}""", "Invalid condition test: must be a List or Object.")]
    [InlineData("""{"expiration": "{soon}", "conditions": [[]]}""", "Invalid Condition: missing operation identifier.")]
    [InlineData("""{"expiration": "{soon}", "conditions": [[[[[[[[[[[]]]]]]]]]]]}""", "Invalid JSON.")]
    [InlineData("[]", "Invalid JSON.")]
    [InlineData("", "Invalid JSON.")]
    [InlineData("{", "Invalid JSON.")]
    [InlineData("null", "Invalid JSON.")]
    public async Task A_policy_that_is_none_is_refused(string policy, string reason)
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        policy = policy.Replace("{soon}", Now.AddMinutes(1).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture), StringComparison.Ordinal);
        if (policy.Length == 0)
        {
            policy = " ";
        }

        var answer = await PostObjectTests.PostAsync(bucket, new TestForm().With("key", "k").Sign(TestBucket.Signer(), policy, Now).WithFile("x"));
        answer.ErrorCode.ShouldBe("InvalidPolicyDocument", answer.Text);
        answer.Status.ShouldBe(400);
        answer.Element("Message").ShouldBe("Invalid Policy: " + reason);
        await NothingIsStoredAsync(bucket);
    }

    [Fact]
    public async Task An_expired_policy_is_refused()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var policy = $$"""{"expiration": "{{Now.AddSeconds(-1):yyyy-MM-ddTHH:mm:ss.fffZ}}", "conditions": [["starts-with", "$key", ""]]}""";
        var answer = await PostObjectTests.PostAsync(bucket, new TestForm().With("key", "k").Sign(TestBucket.Signer(), policy, Now).WithFile("x"));
        answer.Status.ShouldBe(403);
        answer.Element("Message").ShouldBe("Invalid according to Policy: Policy expired.");
    }

    [Fact]
    public async Task A_field_that_comes_twice_is_refused_so_that_the_policy_cannot_mean_the_other()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        foreach (var name in (string[])["key", "KEY", "acl", "policy", "x-amz-credential", "Content-Type"])
        {
            var form = PostObjectTests.Signed(
                bucket,
                new TestForm().With("key", "k").With("acl", "private").With("Content-Type", "a/b").WithFile("x"),
                """{"key": "k"}, {"acl": "private"}, {"Content-Type": "a/b"}""");
            form.With(name, "other");
            (await PostObjectTests.PostAsync(bucket, form)).ErrorCode.ShouldBe("InvalidArgument", name);
        }

        await NothingIsStoredAsync(bucket);
    }

    [Fact]
    public async Task Half_a_signature_is_refused()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        (await bucket.SendAsync("PUT", null, "acl", null, ("x-amz-acl", "public-read-write"))).Status.ShouldBe(200);
        foreach (var missing in (string[])["policy", "x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-signature"])
        {
            var form = PostObjectTests.Signed(bucket, new TestForm().With("key", "k").WithFile("x"), """{"key": "k"}""");
            form.Fields.RemoveAll(field => field.Key == missing);
            var answer = await PostObjectTests.PostAsync(bucket, form);
            answer.ErrorCode.ShouldBe("InvalidArgument", missing);
            answer.Status.ShouldBe(400);
        }

        var spoiled = PostObjectTests.Signed(bucket, new TestForm().With("key", "k").WithFile("x"), """{"key": "k"}""");
        spoiled.Fields[^1] = new("x-amz-signature", new string('0', 64));
        (await PostObjectTests.PostAsync(bucket, spoiled)).ErrorCode.ShouldBe("SignatureDoesNotMatch");
        var unknown = new TestForm().With("key", "k").WithFile("x").Sign(new TestSigner("nobody", "x"), PostObjectTests.Policy(bucket), Now);
        (await PostObjectTests.PostAsync(bucket, unknown)).ErrorCode.ShouldBe("InvalidAccessKeyId");

        // A form and a request that both are signed, or a request alone, leave open who asks.
        var both = PostObjectTests.Signed(bucket, new TestForm().With("key", "k").WithFile("x"), """{"key": "k"}""").WriteTo(bucket.Request("POST"));
        (await bucket.SendAsync(both)).ErrorCode.ShouldBe("InvalidArgument");
        (await bucket.SendAsync(new TestForm().With("key", "k").WithFile("x").WriteTo(bucket.Request("POST")))).ErrorCode.ShouldBe("InvalidArgument");
        await NothingIsStoredAsync(bucket);
    }

    [Fact]
    public async Task A_policy_of_the_bucket_knows_how_a_form_was_signed_and_what_it_says()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var policy = $$"""
            {"Version": "2012-10-17", "Statement": [
              {"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::{{bucket.Name}}/*",
               "Condition": {"StringEquals": {"s3:signatureversion": "AWS"} } },
              {"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::{{bucket.Name}}/secret/*"},
              {"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::{{bucket.Name}}/*",
               "Condition": {"StringEquals": {"s3:x-amz-acl": "public-read"} } },
              {"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::{{bucket.Name}}/*",
               "Condition": {"StringLike": {"aws:Referer": "http://evil/*"} } }]}
            """;
        (await bucket.SendAsync("PUT", null, "policy", Encoding.UTF8.GetBytes(policy))).Status.ShouldBe(204);
        var old = new TestSignerV2(S3TestHost.Root.AccessKey, S3TestHost.Root.Secret);
        var byOld = new TestForm().With("key", "k").Sign(old, S3TestHost.Root.AccessKey, PostObjectTests.Policy(bucket, """{"key": "k"}""")).WithFile("x");
        (await PostObjectTests.PostAsync(bucket, byOld)).ErrorCode.ShouldBe("AccessDenied");
        async Task<string?> CodeAsync(TestForm form, params string[] conditions)
            => (await PostObjectTests.PostAsync(bucket, PostObjectTests.Signed(bucket, form.WithFile("x"), ["""["starts-with", "$key", ""]""", .. conditions]))).ErrorCode;

        (await CodeAsync(new TestForm().With("key", "secret/k"))).ShouldBe("AccessDenied");
        (await CodeAsync(new TestForm().With("key", "k").With("acl", "public-read"), """["starts-with", "$acl", ""]""")).ShouldBe("AccessDenied");
        await NothingIsStoredAsync(bucket);

        // What the form says of the browser counts for nothing: the browser itself does.
        var forged = PostObjectTests.Signed(
            bucket, new TestForm().With("key", "k").With("Referer", "http://good/").WithFile("x"), """["starts-with", "$key", ""], ["starts-with", "$Referer", ""]""");
        (await bucket.SendAsItIsAsync(forged.WriteTo(bucket.Request("POST")).With("Referer", "http://evil/page"))).ErrorCode.ShouldBe("AccessDenied");
        (await PostObjectTests.PostAsync(bucket, forged)).Status.ShouldBe(204);
    }

    [Fact]
    public async Task The_key_and_the_file_must_be_there_once_and_in_order()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        (await bucket.SendAsync("PUT", null, "acl", null, ("x-amz-acl", "public-read-write"))).Status.ShouldBe(200);
        async Task<string> CodeAsync(TestForm form)
        {
            var answer = await PostObjectTests.PostAsync(bucket, form);
            answer.Status.ShouldBe(400, answer.Text);
            return $"{answer.ErrorCode}: {answer.Element("Message")}";
        }

        (await CodeAsync(new TestForm().WithFile("x"))).ShouldBe(
            "InvalidArgument: Bucket POST must contain a field named 'key'.  If it is specified, please check the order of the fields.");
        (await CodeAsync(new TestForm().With("key", "").WithFile("x"))).ShouldBe("InvalidArgument: User key must have a length greater than 0.");
        (await CodeAsync(new TestForm().With("key", "${filename}").WithFile("x", "a/"))).ShouldBe("InvalidArgument: User key must have a length greater than 0.");
        (await CodeAsync(new TestForm().With("key", new string('k', 1025)).WithFile("x"))).ShouldStartWith("KeyTooLongError");
        (await CodeAsync(new TestForm().With("key", "k"))).ShouldBe("InvalidArgument: POST requires exactly one file upload per request.");
        var late = new TestForm().WithFile("x");
        late.Behind.Add(new("key", "k"));
        (await CodeAsync(late)).ShouldStartWith("InvalidArgument: Bucket POST must contain a field named 'key'.");
        var twice = new TestForm().With("key", "k").WithFile("x");
        twice.Behind.Add(new("file", "y"));
        (await CodeAsync(twice)).ShouldBe("IncorrectNumberOfFilesInPostRequest: POST requires exactly one file upload per request.");
        await NothingIsStoredAsync(bucket);
    }

    [Fact]
    public async Task What_comes_before_the_file_is_bounded()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var one = new TestForm().With("key", "k").With("x-ignore-a", new string('a', 30_000)).WithFile("x");
        (await PostObjectTests.PostAsync(bucket, one)).ErrorCode.ShouldBe("MaxPostPreDataLengthExceededError");
        var many = new TestForm().With("key", "k").WithFile("x");
        for (var i = 0; i < 1000; i++)
        {
            many.With("x-ignore-a", "a");
        }

        (await PostObjectTests.PostAsync(bucket, many)).ErrorCode.ShouldBe("MaxPostPreDataLengthExceededError");
        await NothingIsStoredAsync(bucket);
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded", 412, "PreconditionFailed")]
    [InlineData("multipart/mixed; boundary=b", 412, "PreconditionFailed")]
    [InlineData(null, 412, "PreconditionFailed")]
    [InlineData("multipart/form-data", 400, "MalformedPOSTRequest")]
    [InlineData("multipart/form-data; boundary=", 400, "MalformedPOSTRequest")]
    [InlineData("multipart/form-data; boundary=a; boundary=b", 400, "MalformedPOSTRequest")]
    [InlineData("multipart/form-data; boundary=12345678901234567890123456789012345678901234567890123456789012345678901", 400, "MalformedPOSTRequest")]
    public async Task Another_content_type_is_refused(string? contentType, int status, string code)
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var request = new TestForm().With("key", "k").WithFile("x").WriteTo(bucket.Request("POST")).Remove("Content-Type");
        if (contentType is not null)
        {
            request.With("Content-Type", contentType);
        }

        var answer = await bucket.SendAsItIsAsync(request);
        answer.Status.ShouldBe(status, answer.Text);
        answer.ErrorCode.ShouldBe(code);
    }

    [Fact]
    public async Task A_form_without_a_length_is_refused()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var request = bucket.Request("POST").With("Content-Type", "multipart/form-data; boundary=b").With("Transfer-Encoding", "chunked");
        request.Body = "0\r\n\r\n"u8.ToArray();
        var answer = await bucket.SendAsItIsAsync(request);
        answer.Status.ShouldBe(411);
        answer.ErrorCode.ShouldBe("MissingContentLength");
    }

    [Theory]
    [InlineData("")]
    [InlineData("--b")]
    [InlineData("--b--")]
    [InlineData("--b--\r\n")]
    [InlineData("before\r\n--b\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\nk\r\n{file}--b--\r\n")]
    [InlineData("--b\nContent-Disposition: form-data; name=\"key\"\n\nk\n{file}--b--\r\n")]
    [InlineData("--b\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\nk\r\n--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nx")]
    [InlineData("--b\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\nk\r\n--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nx\r\n--b")]
    [InlineData("--b\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\nk\r\n--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nx\r\n--bc--\r\n")]
    [InlineData("--b\r\nContent-Disposition: attachment; name=\"key\"\r\n\r\nk\r\n{file}--b--\r\n")]
    [InlineData("--b\r\nContent-Disposition: form-data\r\n\r\nk\r\n{file}--b--\r\n")]
    [InlineData("--b\r\nContent-Disposition: form-data; name=\"key\r\n\r\nk\r\n{file}--b--\r\n")]
    [InlineData("--b\r\nContent-Disposition: form-data; name=\"key\"; name=\"acl\"\r\n\r\nk\r\n{file}--b--\r\n")]
    [InlineData("--b\r\nContent-Disposition: form-data; name=\"key\"\r\nContent-Disposition: form-data; name=\"acl\"\r\n\r\nk\r\n{file}--b--\r\n")]
    [InlineData("--b\r\nContent-Type: text/plain\r\n\r\nk\r\n{file}--b--\r\n")]
    [InlineData("--b\r\n\r\nk\r\n{file}--b--\r\n")]
    public async Task A_body_that_is_no_form_stores_nothing(string body)
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        (await bucket.SendAsync("PUT", null, "acl", null, ("x-amz-acl", "public-read-write"))).Status.ShouldBe(200);
        var request = bucket.Request("POST").With("Content-Type", "multipart/form-data; boundary=b");
        request.Body = Encoding.UTF8.GetBytes(body.Replace("{file}", "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\nx\r\n", StringComparison.Ordinal));
        var answer = await bucket.SendAsItIsAsync(request);
        answer.Status.ShouldBe(400, answer.Text);
        answer.ErrorCode.ShouldBeOneOf("MalformedPOSTRequest", "InvalidArgument");
        await NothingIsStoredAsync(bucket);
    }

    [Fact]
    public async Task A_connection_that_ends_within_the_file_stores_nothing()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        (await bucket.SendAsync("PUT", null, "acl", null, ("x-amz-acl", "public-read-write"))).Status.ShouldBe(200);
        var token = TestContext.Current.CancellationToken;
        var request = new TestForm { File = TestBucket.Bytes(300_000) }.With("key", "k").WriteTo(bucket.Request("POST"));
        using (var connection = await RawConnection.OpenAsync(fixture.Host.Endpoint, token))
        {
            await connection.WriteAsync(request.ToBytes().AsMemory()[..^1000], token);
        }

        (await PostObjectTests.PostAsync(bucket, new TestForm().With("key", "after").WithFile("x"))).Status.ShouldBe(204);
        (await bucket.HeadAsync("k")).Status.ShouldBe(404);
    }

    private static async Task NothingIsStoredAsync(TestBucket bucket)
        => (await bucket.SendAsync("GET", null, "", null)).Elements("Key").ShouldBeEmpty();
}
