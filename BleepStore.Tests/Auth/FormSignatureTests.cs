using BleepStore.Api.Auth;
using BleepStore.Api.Protocol;
using BleepStore.Tests.Http;

namespace BleepStore.Tests.Auth;

/// <summary>What is no signature of a form, and the words it is refused with.</summary>
public sealed class FormSignatureTests
{
    private const string Policy = "cG9saWN5";

    private readonly VerifierFixture _fixture = new();

    private FormSignature New => new()
    {
        Policy = Policy,
        Algorithm = "AWS4-HMAC-SHA256",
        Credential = $"{VerifierFixture.AccessKey}/20130524/us-east-1/s3/aws4_request",
        Date = "20130524T000000Z",
        Signature = _fixture.Signer.Hmac(Policy, VerifierFixture.Now),
    };

    private static FormSignature Old => new()
    {
        Policy = Policy,
        AccessKey = VerifierFixture.AccessKey,
        Signature = new TestSignerV2(VerifierFixture.AccessKey, VerifierFixture.Secret).Sign(Policy),
    };

    [Theory]
    [InlineData("Policy", null)]
    [InlineData("Policy", "")]
    [InlineData("X-Amz-Algorithm", null)]
    [InlineData("X-Amz-Algorithm", "")]
    [InlineData("X-Amz-Credential", null)]
    [InlineData("X-Amz-Credential", "")]
    [InlineData("X-Amz-Date", null)]
    [InlineData("X-Amz-Date", "")]
    [InlineData("X-Amz-Signature", null)]
    [InlineData("X-Amz-Signature", "")]
    public async Task A_form_of_version_4_has_all_five_fields(string field, string? value)
    {
        var form = New;
        form = field switch
        {
            "Policy" => form with { Policy = value },
            "X-Amz-Algorithm" => form with { Algorithm = value },
            "X-Amz-Credential" => form with { Credential = value },
            "X-Amz-Date" => form with { Date = value },
            _ => form with { Signature = value },
        };
        await MissesAsync(form, field);
    }

    [Theory]
    [InlineData("Policy", null)]
    [InlineData("Policy", "")]
    [InlineData("AWSAccessKeyId", null)]
    [InlineData("AWSAccessKeyId", "")]
    [InlineData("Signature", null)]
    [InlineData("Signature", "")]
    public async Task A_form_of_version_2_has_all_three_fields(string field, string? value)
        => await MissesAsync(
            field switch
            {
                "Policy" => Old with { Policy = value },
                "AWSAccessKeyId" => Old with { AccessKey = value },
                _ => Old with { Signature = value },
            },
            field);

    [Fact]
    public async Task Any_one_field_makes_a_form_a_signed_one()
    {
        await MissesAsync(new FormSignature { Algorithm = "AWS4-HMAC-SHA256" }, "X-Amz-Credential");
        await MissesAsync(new FormSignature { Credential = New.Credential }, "X-Amz-Algorithm");
        await MissesAsync(new FormSignature { Date = New.Date }, "X-Amz-Algorithm");
        await MissesAsync(new FormSignature { Policy = Policy }, "AWSAccessKeyId");
        await MissesAsync(new FormSignature { AccessKey = VerifierFixture.AccessKey }, "Signature");
        await MissesAsync(new FormSignature { Signature = "s" }, "AWSAccessKeyId");
        (await SignerAsync(new FormSignature())).ShouldBe(Caller.Anonymous.Instance);
    }

    [Theory]
    [InlineData('0', 1)]
    [InlineData('0', 63)]
    [InlineData('0', 64)]
    [InlineData('0', 65)]
    [InlineData('é', 64)]
    public async Task A_signature_of_another_form_is_a_wrong_one(char character, int length)
        => (await RefusalAsync(New with { Signature = new string(character, length) })).Code.ShouldBe("SignatureDoesNotMatch");

    [Fact]
    public async Task A_token_without_a_signature_proves_nothing()
        => (await RefusalAsync(new FormSignature { SecurityToken = "token" })).Code.ShouldBe("InvalidToken");

    [Fact]
    public async Task The_fields_of_two_versions_do_not_go_together()
        => (await RefusalAsync(New with { AccessKey = VerifierFixture.AccessKey })).Message.ShouldBe("Only AWS4-HMAC-SHA256 is supported");

    [Theory]
    [InlineData("20130524T000000")]
    [InlineData("2013-05-24T00:00:00Z")]
    [InlineData("20130524T250000Z")]
    public async Task The_date_is_in_the_long_form(string date)
        => (await RefusalAsync(New with { Date = date })).Message.ShouldBe("X-Amz-Date must be formated via ISO8601 Long format");

    [Theory]
    [InlineData("20130524/us-east-1/s3/aws4_request")]
    [InlineData("AKIAIOSFODNN7EXAMPLE/20130524/eu-west-1/s3/aws4_request")]
    [InlineData("AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/iam/aws4_request")]
    [InlineData("AKIAIOSFODNN7EXAMPLE/20130525/us-east-1/s3/aws4_request")]
    public async Task The_credential_is_of_this_region_service_and_day(string credential)
    {
        var error = await RefusalAsync(New with { Credential = credential });
        error.Code.ShouldBe("InvalidArgument");
        error.Details.ShouldContain(new KeyValuePair<string, string>("ArgumentName", "X-Amz-Credential"));
        error.Details.ShouldContain(new KeyValuePair<string, string>("ArgumentValue", credential));
        error.Details.Any(detail => detail.Key == "Region").ShouldBe(credential.Contains("eu-west-1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Version_2_is_taken_unless_it_is_off()
    {
        (await SignerAsync(Old)).ShouldBeOfType<Caller.Account>();
        var off = new VerifierFixture(SignatureV2Mode.Off);
        (await Should.ThrowAsync<S3Exception>(() => off.VerifySignerAsync(new TestRequest("POST", "/b"), Old))).Error.Message
            .ShouldBe("The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.");
        (await off.VerifySignerAsync(new TestRequest("POST", "/b"), New)).ShouldBeOfType<Caller.Account>();
    }

    private Task<Caller> SignerAsync(FormSignature form) => _fixture.VerifySignerAsync(new TestRequest("POST", "/b"), form);

    private async Task<S3Error> RefusalAsync(FormSignature form) => (await Should.ThrowAsync<S3Exception>(() => SignerAsync(form))).Error;

    private async Task MissesAsync(FormSignature form, string field)
    {
        var error = await RefusalAsync(form);
        error.Code.ShouldBe("InvalidArgument");
        error.Message.ShouldBe($"Bucket POST must contain a field named '{field}'.  If it is specified, please check the order of the fields.");
    }
}
