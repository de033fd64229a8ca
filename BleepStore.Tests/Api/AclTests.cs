using System.Globalization;
using System.Xml.Linq;
using BleepStore.Tests.Http;

namespace BleepStore.Tests.Api;

/// <summary>Access control lists as they are given and shown: canned, in headers, in documents.</summary>
public sealed class AclTests : IAsyncLifetime
{
    private const string Groups = "http://acs.amazonaws.com/groups/";

    private readonly AttackHost _attack = new();

    public async ValueTask InitializeAsync()
    {
        await _attack.InitializeAsync();
        await _attack.MustAsync(S3TestHost.Alice, "PUT", "/acls", "", ("x-amz-acl", "public-read-write"));
    }

    public ValueTask DisposeAsync() => _attack.DisposeAsync();

    [Theory]
    [InlineData("private", "bob FULL_CONTROL", "alice FULL_CONTROL")]
    [InlineData("public-read", "bob FULL_CONTROL, global/AllUsers READ", "alice FULL_CONTROL, global/AllUsers READ")]
    [InlineData("public-read-write", "bob FULL_CONTROL, global/AllUsers READ, global/AllUsers WRITE", "alice FULL_CONTROL, global/AllUsers READ, global/AllUsers WRITE")]
    [InlineData("authenticated-read", "bob FULL_CONTROL, global/AuthenticatedUsers READ", "alice FULL_CONTROL, global/AuthenticatedUsers READ")]
    [InlineData("bucket-owner-read", "bob FULL_CONTROL, alice READ", "alice FULL_CONTROL")]
    [InlineData("bucket-owner-full-control", "bob FULL_CONTROL, alice FULL_CONTROL", "alice FULL_CONTROL")]
    [InlineData("aws-exec-read", "bob FULL_CONTROL", "alice FULL_CONTROL")]
    [InlineData("log-delivery-write", null, "alice FULL_CONTROL, s3/LogDelivery WRITE, s3/LogDelivery READ_ACP")]
    [InlineData("none", null, null)]
    [InlineData("Private", null, null)]
    [InlineData("public-read,private", null, null)]
    [InlineData("", null, null)]
    public async Task A_canned_name_stands_for_its_grants(string name, string? onObject, string? onBucket)
    {
        await _attack.MustAsync(S3TestHost.Bob, "PUT", "/acls/old", "content");
        await _attack.MustAsync(S3TestHost.Alice, "PUT", "/acls-old");
        foreach (var (who, method, target, acl, expected) in ((BleepStore.Api.Auth.Credential, string, string, string, string?)[])
            [
                (S3TestHost.Bob, "PUT", "/acls/new", "/acls/new?acl", onObject),
                (S3TestHost.Bob, "PUT", "/acls/old?acl", "/acls/old?acl", onObject),
                (S3TestHost.Alice, "PUT", "/acls-new", "/acls-new?acl", onBucket),
                (S3TestHost.Alice, "PUT", "/acls-old?acl", "/acls-old?acl", onBucket),
            ])
        {
            var answer = await _attack.CallAsync(who, method, target, "", ("x-amz-acl", name));
            if (expected is null)
            {
                answer.Outcome.ShouldBe("400 InvalidArgument", target);
                continue;
            }

            answer.Outcome.ShouldBe("200", target);
            Grants(await _attack.MustAsync(who, "GET", acl)).ShouldBe(expected, target);
        }
    }

    [Theory]
    [InlineData("x-amz-grant-read", "id=bob", "bob READ")]
    [InlineData("x-amz-grant-read", "id=\"bob\"", "bob READ")]
    [InlineData("x-amz-grant-write", "id=\"bob\"", "bob WRITE")]
    [InlineData("x-amz-grant-read-acp", "id=\"bob\", id=\"bleepstore\"", "bob READ_ACP, bleepstore READ_ACP")]
    [InlineData("x-amz-grant-write-acp", "emailAddress=\"bob@example.com\"", "bob WRITE_ACP")]
    [InlineData("x-amz-grant-read", "emailaddress=bob@example.com", "bob READ")]
    [InlineData("x-amz-grant-full-control", "uri=\"http://acs.amazonaws.com/groups/global/AllUsers\"", "global/AllUsers FULL_CONTROL")]
    [InlineData("x-amz-grant-read", "uri=http://acs.amazonaws.com/groups/s3/LogDelivery , id=alice", "s3/LogDelivery READ, alice READ")]
    public async Task Grants_can_be_given_in_headers(string header, string value, string expected)
    {
        await _attack.MustAsync(S3TestHost.Alice, "PUT", "/acls?acl", "", (header, value));
        Grants(await _attack.MustAsync(S3TestHost.Alice, "GET", "/acls?acl")).ShouldBe(expected);
        await _attack.MustAsync(S3TestHost.Alice, "PUT", "/acls/key", "content", (header, value));
        Grants(await _attack.MustAsync(S3TestHost.Alice, "GET", "/acls/key?acl")).ShouldBe(expected);
    }

    [Theory]
    [InlineData("x-amz-grant-read", "id=\"nobody\"", "400 InvalidArgument")]
    [InlineData("x-amz-grant-read", "id=", "400 InvalidArgument")]
    [InlineData("x-amz-grant-read", "bob", "400 InvalidArgument")]
    [InlineData("x-amz-grant-read", "name=bob", "400 InvalidArgument")]
    [InlineData("x-amz-grant-read", "ID=bob", "400 InvalidArgument")]
    [InlineData("x-amz-grant-read", "uri=\"http://example.com/everybody\"", "400 InvalidArgument")]
    [InlineData("x-amz-grant-read", "uri=\"http://acs.amazonaws.com/groups/global/allusers\"", "400 InvalidArgument")]
    [InlineData("x-amz-grant-read", "emailAddress=\"nobody@example.com\"", "400 UnresolvableGrantByEmailAddress")]
    [InlineData("x-amz-grant-read", "id=bob, id=nobody", "400 InvalidArgument")]
    public async Task A_grant_to_nobody_is_refused(string header, string value, string expected)
    {
        var before = await _attack.PictureAsync();
        foreach (var target in (string[])["/acls?acl", "/acls/key", "/acls-new"])
        {
            (await _attack.CallAsync(S3TestHost.Alice, "PUT", target, "", (header, value))).Outcome.ShouldBe(expected, target);
        }

        (await _attack.PictureAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task A_list_is_given_in_one_form_only()
    {
        var before = await _attack.PictureAsync();
        (await _attack.CallAsync(S3TestHost.Alice, "PUT", "/acls?acl", "", ("x-amz-acl", "private"), ("x-amz-grant-read", "id=bob"))).Outcome.ShouldBe("400 InvalidRequest");
        (await _attack.CallAsync(S3TestHost.Alice, "PUT", "/acls?acl", Document(""), ("x-amz-acl", "private"))).Outcome.ShouldBe("400 UnexpectedContent");
        (await _attack.CallAsync(S3TestHost.Alice, "PUT", "/acls?acl", Document(""), ("x-amz-grant-read", "id=bob"))).Outcome.ShouldBe("400 UnexpectedContent");
        (await _attack.CallAsync(S3TestHost.Alice, "PUT", "/acls?acl")).Outcome.ShouldBe("400 MissingSecurityHeader");
        var many = string.Join(',', Enumerable.Repeat("id=bob", 101));
        (await _attack.CallAsync(S3TestHost.Alice, "PUT", "/acls?acl", "", ("x-amz-grant-read", many))).Outcome.ShouldBe("400 InvalidRequest");
        var half = string.Join(',', Enumerable.Repeat("id=bob", 51));
        (await _attack.CallAsync(S3TestHost.Alice, "PUT", "/acls?acl", "", ("x-amz-grant-read", half), ("x-amz-grant-write", half))).Outcome.ShouldBe("400 InvalidRequest");
        (await _attack.PictureAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task A_document_comes_back_as_it_was_put()
    {
        var grants = Grant("CanonicalUser", "<ID>bob</ID><DisplayName>ignored</DisplayName>", "READ")
            + Grant("Group", $"<URI>{Groups}global/AuthenticatedUsers</URI>", "WRITE")
            + Grant("AmazonCustomerByEmail", "<EmailAddress>bob@example.com</EmailAddress>", "READ_ACP")
            + Grant("CanonicalUser", "<ID>alice</ID>", "FULL_CONTROL");
        foreach (var target in (string[])["/acls?acl", "/acls/key?acl"])
        {
            await _attack.MustAsync(S3TestHost.Alice, "PUT", "/acls/key", "content");
            await _attack.MustAsync(S3TestHost.Alice, "PUT", target, Document(grants));
            var shown = await _attack.MustAsync(S3TestHost.Alice, "GET", target);
            Grants(shown).ShouldBe("bob READ, global/AuthenticatedUsers WRITE, bob READ_ACP, alice FULL_CONTROL");
            shown.Elements("DisplayName").ShouldBe(["Alice", "Bob", "Bob", "Alice"]);
            await _attack.MustAsync(S3TestHost.Bob, "GET", target);

            // What is shown can be put again: clients read, change and write.
            await _attack.MustAsync(S3TestHost.Alice, "PUT", target, shown.Text);
            (await _attack.MustAsync(S3TestHost.Alice, "GET", target)).Text.ShouldBe(shown.Text);
        }
    }

    [Fact]
    public async Task A_document_names_the_owner()
    {
        var before = await _attack.PictureAsync();
        var document = Document(Grant("CanonicalUser", "<ID>bob</ID>", "READ")).Replace("<Owner><ID>alice</ID></Owner>", "", StringComparison.Ordinal);
        (await _attack.CallAsync(S3TestHost.Alice, "PUT", "/acls?acl", document)).Outcome.ShouldBe("400 MalformedACLError");
        (await _attack.PictureAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task A_grant_to_the_delivery_of_logs_is_one_to_nobody_else()
    {
        await _attack.MustAsync(S3TestHost.Alice, "PUT", "/acls/key", "content");
        foreach (var target in (string[])["/acls?acl", "/acls/key?acl"])
        {
            await _attack.MustAsync(S3TestHost.Alice, "PUT", target, Document(Grant("Group", $"<URI>{Groups}s3/LogDelivery</URI>", "FULL_CONTROL")));
            foreach (var who in (BleepStore.Api.Auth.Credential?[])[S3TestHost.Bob, null])
            {
                (await _attack.CallAsync(who, "GET", target)).Outcome.ShouldBe("403 AccessDenied");
                (await _attack.CallAsync(who, "GET", target.Replace("?acl", "", StringComparison.Ordinal))).Outcome.ShouldBe("403 AccessDenied");
            }
        }
    }

    [Theory]
    [InlineData("<ID>bob</ID>")]
    [InlineData("<EmailAddress>bob@example.com</EmailAddress>")]
    [InlineData($"<URI>{Groups}global/AllUsers</URI>")]
    [InlineData("")]
    public async Task A_grantee_has_a_type(string grantee)
    {
        await _attack.MustAsync(S3TestHost.Alice, "PUT", "/acls/key", "content");
        (await _attack.CallAsync(S3TestHost.Alice, "PUT", "/acls/key?acl", Document($"<Grant><Grantee>{grantee}</Grantee><Permission>READ</Permission></Grant>")))
            .Outcome.ShouldBe("400 MalformedACLError");
    }

    [Fact]
    public async Task A_document_of_one_character_is_a_document()
        => (await _attack.CallAsync(S3TestHost.Alice, "PUT", "/acls?acl", "x")).Outcome.ShouldBe("400 MalformedACLError");

    [Fact]
    public async Task A_document_has_at_most_a_hundred_grants()
    {
        var grant = Grant("CanonicalUser", "<ID>bob</ID>", "READ");
        await _attack.MustAsync(S3TestHost.Alice, "PUT", "/acls?acl", Document(string.Concat(Enumerable.Repeat(grant, 100))));
        (await _attack.CallAsync(S3TestHost.Alice, "PUT", "/acls?acl", Document(string.Concat(Enumerable.Repeat(grant, 101))))).Outcome.ShouldBe("400 MalformedACLError");
    }

    public static TheoryData<string, string> BrokenGrants => new()
    {
        { Grant("CanonicalUser", "<ID>nobody</ID>", "READ"), "InvalidArgument" },
        { Grant("CanonicalUser", "<ID/>", "READ"), "InvalidArgument" },
        { Grant("CanonicalUser", "", "READ"), "MalformedACLError" },
        { Grant("CanonicalUser", "<ID>bob</ID><ID>bob</ID>", "READ"), "MalformedACLError" },
        { Grant("CanonicalUser", $"<ID>bob</ID><URI>{Groups}global/AllUsers</URI>", "READ"), "MalformedACLError" },
        { Grant("CanonicalUser", $"<URI>{Groups}global/AllUsers</URI>", "READ"), "MalformedACLError" },
        { Grant("CanonicalUser", "<ID>bob</ID><EmailAddress>bob@example.com</EmailAddress>", "READ"), "MalformedACLError" },
        { Grant("Group", "<ID>bob</ID>", "READ"), "MalformedACLError" },
        { Grant("Group", $"<URI>{Groups}global/AllUsers</URI><EmailAddress>bob@example.com</EmailAddress>", "READ"), "MalformedACLError" },
        { Grant("Group", $"<ID>bob</ID><URI>{Groups}global/AllUsers</URI>", "READ"), "MalformedACLError" },
        { Grant("AmazonCustomerByEmail", "<ID>bob</ID><EmailAddress>bob@example.com</EmailAddress>", "READ"), "MalformedACLError" },
        { Grant("AmazonCustomerByEmail", $"<URI>{Groups}global/AllUsers</URI><EmailAddress>bob@example.com</EmailAddress>", "READ"), "MalformedACLError" },
        { Grant("AmazonCustomerByEmail", "<ID>bob</ID>", "READ"), "MalformedACLError" },
        { Grant("Group", "<URI>http://example.com/</URI>", "READ"), "InvalidArgument" },
        { Grant("Unknown", "<ID>bob</ID>", "READ"), "MalformedACLError" },
        { Grant("AmazonCustomerByEmail", "<EmailAddress>nobody@example.com</EmailAddress>", "READ"), "UnresolvableGrantByEmailAddress" },
        { Grant("CanonicalUser", "<ID>bob</ID>", "read"), "MalformedACLError" },
        { Grant("CanonicalUser", "<ID>bob</ID>", "ALL"), "MalformedACLError" },
        { Grant("CanonicalUser", "<ID>bob</ID>", ""), "MalformedACLError" },
        { "<Grant><Permission>READ</Permission></Grant>", "MalformedACLError" },
        { "<Grant><Grantee><ID>bob</ID></Grantee></Grant>", "MalformedACLError" },
        { "<Grant><Grantee><ID>bob</ID></Grantee><Permission>READ</Permission></Grant>", "MalformedACLError" },
        { $"<Grant><Grantee><URI>{Groups}global/AllUsers</URI></Grantee><Permission>READ</Permission></Grant>", "MalformedACLError" },
        { "<Grant/>", "MalformedACLError" },
        { "<Other/>", "MalformedACLError" },
    };

    [Theory]
    [MemberData(nameof(BrokenGrants))]
    public async Task A_broken_grant_changes_nothing(string grant, string code)
    {
        await _attack.MustAsync(S3TestHost.Alice, "PUT", "/acls/key", "content");
        var before = await _attack.PictureAsync();
        foreach (var target in (string[])["/acls?acl", "/acls/key?acl"])
        {
            // Behind a right one, so that it would be seen if half a list were taken.
            var document = Document(Grant("CanonicalUser", "<ID>bob</ID>", "FULL_CONTROL") + grant);
            (await _attack.CallAsync(S3TestHost.Alice, "PUT", target, document)).Outcome.ShouldBe($"400 {code}");
        }

        (await _attack.PictureAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task A_document_cannot_make_somebody_else_the_owner()
    {
        await _attack.MustAsync(S3TestHost.Alice, "PUT", "/acls/key", "content");
        var before = await _attack.PictureAsync();
        foreach (var target in (string[])["/acls?acl", "/acls/key?acl"])
        {
            var document = $"<AccessControlPolicy><Owner><ID>bob</ID></Owner><AccessControlList>{Grant("CanonicalUser", "<ID>bob</ID>", "FULL_CONTROL")}</AccessControlList></AccessControlPolicy>";
            (await _attack.CallAsync(S3TestHost.Alice, "PUT", target, document)).Outcome.ShouldBe("403 AccessDenied");
        }

        (await _attack.PictureAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task Owners_keep_the_right_to_mend_their_lists()
    {
        await _attack.MustAsync(S3TestHost.Alice, "PUT", "/acls/key", "content");
        foreach (var target in (string[])["/acls?acl", "/acls/key?acl"])
        {
            await _attack.MustAsync(S3TestHost.Alice, "PUT", target, Document(""));
            Grants(await _attack.MustAsync(S3TestHost.Alice, "GET", target)).ShouldBe("");
            await _attack.MustAsync(S3TestHost.Alice, "PUT", target, "", ("x-amz-acl", "private"));
        }
    }

    private static string Document(string grants)
        => $"<AccessControlPolicy xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Owner><ID>alice</ID></Owner><AccessControlList>{grants}</AccessControlList></AccessControlPolicy>";

    private static string Grant(string type, string inner, string permission) => string.Create(
        CultureInfo.InvariantCulture,
        $"<Grant><Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"{type}\">{inner}</Grantee><Permission>{permission}</Permission></Grant>");

    private static string Grants(RawAnswer answer)
        => string.Join(", ", XDocument.Parse(answer.Text).Descendants().Where(element => element.Name.LocalName == "Grant").Select(grant =>
        {
            string? Text(string name) => grant.Descendants().FirstOrDefault(element => element.Name.LocalName == name)?.Value;
            return $"{Text("ID") ?? Text("URI")![Groups.Length..]} {Text("Permission")}";
        }));
}
