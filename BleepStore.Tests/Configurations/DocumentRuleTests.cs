using System.Globalization;
using BleepStore.Tests.Api;

namespace BleepStore.Tests.Configurations;

/// <summary>What S3 refuses in the documents of encryption, notification, website, logging, acceleration and request payment.</summary>
public sealed class DocumentRuleTests(MemoryApiHost fixture) : IClassFixture<MemoryApiHost>
{
    private const string Topic = "<TopicConfiguration><Topic>arn:aws:sns:us-east-1:1:t</Topic>";
    private const string Created = "<Event>s3:ObjectCreated:*</Event>";
    private const string Index = "<IndexDocument><Suffix>i</Suffix></IndexDocument>";

    [Theory]
    [InlineData("", "MalformedXML")]
    [InlineData("<Rule/>", "MalformedXML")]
    [InlineData("<Rule><ApplyServerSideEncryptionByDefault/></Rule>", "MalformedXML")]
    [InlineData("<Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES128</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule>", "MalformedXML")]
    [InlineData("<Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule><Rule/>", "MalformedXML")]
    [InlineData("<Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm><KMSMasterKeyID>k</KMSMasterKeyID></ApplyServerSideEncryptionByDefault></Rule>", "InvalidArgument")]
    [InlineData("<Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>aws:kms:dsse</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule>", "NotImplemented")]
    public Task Encryption(string content, string code) => ShouldRefuseAsync("encryption", "ServerSideEncryptionConfiguration", content, code);

    [Theory]
    [InlineData("<TopicConfiguration><Topic>arn:aws:sns:us-east-1:1:t</Topic></TopicConfiguration>", "MalformedXML")]
    [InlineData("<TopicConfiguration>" + Created + "</TopicConfiguration>", "MalformedXML")]
    [InlineData("<TopicConfiguration><Topic>topic</Topic>" + Created + "</TopicConfiguration>", "InvalidArgument")]
    [InlineData("<TopicConfiguration><Topic>arn:aws:sqs:us-east-1:1:t</Topic>" + Created + "</TopicConfiguration>", "InvalidArgument")]
    [InlineData("<QueueConfiguration><Queue>arn:aws:sqs:us-east-1:1:</Queue>" + Created + "</QueueConfiguration>", "InvalidArgument")]
    [InlineData(Topic + "<Event>s3:Nothing</Event></TopicConfiguration>", "InvalidArgument")]
    [InlineData(Topic + Created + "<Filter><S3Key><FilterRule><Name>middle</Name><Value>x</Value></FilterRule></S3Key></Filter></TopicConfiguration>", "InvalidArgument")]
    [InlineData(Topic + Created + "<Filter><S3Key><FilterRule><Name>prefix</Name><Value>x</Value></FilterRule><FilterRule><Name>Prefix</Name><Value>y</Value></FilterRule></S3Key></Filter></TopicConfiguration>", "InvalidArgument")]
    [InlineData(Topic + Created + "</TopicConfiguration>" + Topic + "<Event>s3:ObjectCreated:Put</Event></TopicConfiguration>", "InvalidArgument")]
    [InlineData(Topic + "<Id>a</Id>" + Created + "</TopicConfiguration>" + Topic + "<Id>a</Id><Event>s3:ObjectRemoved:*</Event></TopicConfiguration>", "InvalidArgument")]
    public Task Notification(string content, string code) => ShouldRefuseAsync("notification", "NotificationConfiguration", content, code);

    [Theory]
    [InlineData("", "InvalidArgument")]
    [InlineData("<IndexDocument/>", "MalformedXML")]
    [InlineData("<IndexDocument><Suffix></Suffix></IndexDocument>", "InvalidArgument")]
    [InlineData("<IndexDocument><Suffix>a/b</Suffix></IndexDocument>", "InvalidArgument")]
    [InlineData(Index + "<ErrorDocument><Key></Key></ErrorDocument>", "InvalidArgument")]
    [InlineData(Index + "<RedirectAllRequestsTo><HostName>h</HostName></RedirectAllRequestsTo>", "InvalidArgument")]
    [InlineData("<RedirectAllRequestsTo><Protocol>http</Protocol></RedirectAllRequestsTo>", "MalformedXML")]
    [InlineData("<RedirectAllRequestsTo><HostName>h</HostName><Protocol>ftp</Protocol></RedirectAllRequestsTo>", "InvalidRequest")]
    [InlineData(Index + "<RoutingRules><RoutingRule><Condition/><Redirect><HostName>h</HostName></Redirect></RoutingRule></RoutingRules>", "InvalidRequest")]
    [InlineData(Index + "<RoutingRules><RoutingRule><Redirect/></RoutingRule></RoutingRules>", "MalformedXML")]
    [InlineData(Index + "<RoutingRules><RoutingRule><Condition><KeyPrefixEquals>a</KeyPrefixEquals></Condition></RoutingRule></RoutingRules>", "MalformedXML")]
    [InlineData(Index + "<RoutingRules><RoutingRule><Redirect><HttpRedirectCode>200</HttpRedirectCode></Redirect></RoutingRule></RoutingRules>", "InvalidRequest")]
    [InlineData(Index + "<RoutingRules><RoutingRule><Redirect><HttpRedirectCode>300</HttpRedirectCode></Redirect></RoutingRule></RoutingRules>", "InvalidRequest")]
    [InlineData(Index + "<RoutingRules><RoutingRule><Redirect><ReplaceKeyWith>a</ReplaceKeyWith><ReplaceKeyPrefixWith>b</ReplaceKeyPrefixWith></Redirect></RoutingRule></RoutingRules>", "InvalidRequest")]
    [InlineData(Index + "<RoutingRules><RoutingRule><Condition><HttpErrorCodeReturnedEquals>200</HttpErrorCodeReturnedEquals></Condition><Redirect><HostName>h</HostName></Redirect></RoutingRule></RoutingRules>", "InvalidRequest")]
    public Task Website(string content, string code) => ShouldRefuseAsync("website", "WebsiteConfiguration", content, code);

    [Theory]
    [InlineData("<LoggingEnabled/>", "MalformedXML")]
    [InlineData("<LoggingEnabled><TargetBucket>{0}</TargetBucket></LoggingEnabled>", "MalformedXML")]
    [InlineData("<LoggingEnabled><TargetBucket>absent</TargetBucket><TargetPrefix/></LoggingEnabled>", "InvalidTargetBucketForLogging")]
    [InlineData("<LoggingEnabled><TargetBucket>{0}</TargetBucket><TargetPrefix/><TargetObjectKeyFormat/></LoggingEnabled>", "MalformedXML")]
    [InlineData("<LoggingEnabled><TargetBucket>{0}</TargetBucket><TargetPrefix/><TargetGrants><Grant><Grantee><ID>nobody</ID></Grantee><Permission>READ</Permission></Grant></TargetGrants></LoggingEnabled>", "InvalidArgument")]
    [InlineData("<LoggingEnabled><TargetBucket>{0}</TargetBucket><TargetPrefix/><TargetGrants><Grant><Grantee><EmailAddress>nobody@example.com</EmailAddress></Grantee><Permission>READ</Permission></Grant></TargetGrants></LoggingEnabled>", "UnresolvableGrantByEmailAddress")]
    [InlineData("<LoggingEnabled><TargetBucket>{0}</TargetBucket><TargetPrefix/><TargetGrants><Grant><Grantee><ID>alice</ID></Grantee><Permission>READ_ACP</Permission></Grant></TargetGrants></LoggingEnabled>", "MalformedXML")]
    public Task Logging(string content, string code) => ShouldRefuseAsync("logging", "BucketLoggingStatus", content, code);

    [Theory]
    [InlineData("requestPayment", "RequestPaymentConfiguration", "")]
    [InlineData("requestPayment", "RequestPaymentConfiguration", "<Payer>Somebody</Payer>")]
    [InlineData("accelerate", "AccelerateConfiguration", "")]
    [InlineData("accelerate", "AccelerateConfiguration", "<Status>On</Status>")]
    public Task Words(string subresource, string root, string content) => ShouldRefuseAsync(subresource, root, content, "MalformedXML");

    [Fact]
    public async Task Fifty_routing_rules_are_taken_and_one_more_is_refused()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        const string Rule = "<RoutingRule><Redirect><HostName>h</HostName></Redirect></RoutingRule>";
        foreach (var (count, status) in new[] { (50, 200), (51, 400) })
        {
            var rules = string.Concat(Enumerable.Repeat(Rule, count));
            (await bucket.PutDocumentAsync("website", $"<WebsiteConfiguration>{Index}<RoutingRules>{rules}</RoutingRules></WebsiteConfiguration>")).Status.ShouldBe(status);
        }
    }

    [Fact]
    public async Task A_bucket_whose_name_has_dots_cannot_be_accelerated()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        (await bucket.SendAsync(new Http.TestRequest("PUT", "/with.dots", fixture.Host.Endpoint.Authority))).Status.ShouldBe(200);
        var request = new Http.TestRequest("PUT", "/with.dots?accelerate", fixture.Host.Endpoint.Authority)
        {
            Body = "<AccelerateConfiguration><Status>Enabled</Status></AccelerateConfiguration>"u8.ToArray(),
        };
        (await bucket.SendAsync(request)).ShouldRefuse(400, "InvalidRequest");
    }

    [Fact]
    public async Task The_log_of_a_bucket_cannot_go_to_another_account()
    {
        var alices = await TestBucket.CreateAsync(fixture.Host, S3TestHost.Alice);
        var bobs = await TestBucket.CreateAsync(fixture.Host, S3TestHost.Bob);
        (await alices.PutDocumentAsync("logging", Log(bobs.Name), S3TestHost.Alice)).ShouldRefuse(400, "InvalidTargetBucketForLogging");
        (await alices.PutDocumentAsync("logging", Log(alices.Name), S3TestHost.Alice)).Status.ShouldBe(200);
        (await alices.PutDocumentAsync("logging", "<BucketLoggingStatus/>", S3TestHost.Alice)).Status.ShouldBe(200);
        (await alices.GetDocumentAsync("logging", S3TestHost.Alice)).Document().ShouldBe("<BucketLoggingStatus />");

        static string Log(string target) => $"<BucketLoggingStatus><LoggingEnabled><TargetBucket>{target}</TargetBucket><TargetPrefix/></LoggingEnabled></BucketLoggingStatus>";
    }

    [Fact]
    public async Task Grants_on_logs_by_address_become_the_account()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var grants = "<TargetGrants><Grant><Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"AmazonCustomerByEmail\"><EmailAddress>alice@example.com</EmailAddress></Grantee>"
            + "<Permission>FULL_CONTROL</Permission></Grant></TargetGrants>";
        (await bucket.PutDocumentAsync("logging", $"<BucketLoggingStatus><LoggingEnabled><TargetBucket>{bucket.Name}</TargetBucket><TargetPrefix/>{grants}</LoggingEnabled></BucketLoggingStatus>"))
            .Status.ShouldBe(200);
        (await bucket.GetDocumentAsync("logging")).Element("ID").ShouldBe("alice");
    }

    [Fact]
    public async Task A_notification_without_an_id_gets_one_and_targets_that_share_no_key_do_not_overlap()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        static string On(string prefix) => Topic + Created + $"<Filter><S3Key><FilterRule><Name>prefix</Name><Value>{prefix}</Value></FilterRule></S3Key></Filter></TopicConfiguration>";
        (await bucket.PutDocumentAsync("notification", $"<NotificationConfiguration>{On("a/")}{On("b/")}</NotificationConfiguration>")).Status.ShouldBe(200);
        var ids = (await bucket.GetDocumentAsync("notification")).Elements("Id");
        ids.Count.ShouldBe(2);
        ids.Distinct().Count().ShouldBe(2);
        (await bucket.GetDocumentAsync("notification")).Elements("Id").ShouldBe(ids);
        (await bucket.PutDocumentAsync("notification", $"<NotificationConfiguration>{On("a/")}{On("a/b/")}</NotificationConfiguration>")).ShouldRefuse(400, "InvalidArgument");
        (await bucket.PutDocumentAsync("notification", "<NotificationConfiguration/>")).Status.ShouldBe(200);
        (await bucket.GetDocumentAsync("notification")).Document().ShouldBe("<NotificationConfiguration />");
    }

    [Fact]
    public async Task Whoever_is_not_the_owner_of_a_bucket_whose_requesters_pay_must_say_that_they_do()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host, S3TestHost.Alice);
        await bucket.SendAsync(bucket.Request("PUT", "key").With("x-amz-acl", "public-read"), S3TestHost.Alice);
        await bucket.PutDocumentAsync("requestPayment", "<RequestPaymentConfiguration><Payer>Requester</Payer></RequestPaymentConfiguration>", S3TestHost.Alice);

        (await bucket.SendAsync(bucket.Request("GET", "key"), S3TestHost.Bob)).ShouldRefuse(403, "AccessDenied");
        (await bucket.SendAsItIsAsync(bucket.Request("GET", "key"))).ShouldRefuse(403, "AccessDenied");
        (await bucket.SendAsItIsAsync(bucket.Request("GET", "key").With("x-amz-request-payer", "requester"))).ShouldRefuse(403, "AccessDenied");
        var paid = await bucket.SendAsync(bucket.Request("GET", "key").With("x-amz-request-payer", "requester"), S3TestHost.Bob);
        paid.Status.ShouldBe(200);
        paid.Header("x-amz-request-charged").ShouldBe("requester");
        var own = await bucket.SendAsync(bucket.Request("GET", "key"), S3TestHost.Alice);
        own.Status.ShouldBe(200);
        own.Header("x-amz-request-charged").ShouldBeNull();
    }

    private async Task ShouldRefuseAsync(string subresource, string root, string content, string code)
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var answer = await bucket.PutDocumentAsync(subresource, $"<{root}>{content.Replace("{0}", bucket.Name, StringComparison.Ordinal)}</{root}>");
        answer.ShouldRefuse(code == "NotImplemented" ? 501 : 400, code);
        var bucketRecord = (await fixture.Host.Metadata.FindBucketAsync(bucket.Name, TestContext.Current.CancellationToken)).ShouldNotBeNull();
        bucketRecord.Configurations.ShouldBeEmpty(string.Create(CultureInfo.InvariantCulture, $"{subresource} was refused"));
    }
}
