using BleepStore.Tests.Api;

namespace BleepStore.Tests.Configurations;

/// <summary>Every configuration document of a bucket: absent at first, kept, shown in AWS's order of elements, replaced and removed.</summary>
public sealed class DocumentRoundTripTests(DurableApiHost fixture) : IClassFixture<DurableApiHost>
{
    public static TheoryData<string, string, string, string?> Documents() => new()
    {
        {
            "cors", "404 NoSuchCORSConfiguration",
            "<CORSConfiguration><CORSRule><AllowedOrigin>http://*.example.com</AllowedOrigin><AllowedMethod>GET</AllowedMethod><AllowedMethod>PUT</AllowedMethod>"
                + "<ExposeHeader>ETag</ExposeHeader><MaxAgeSeconds>30</MaxAgeSeconds><AllowedHeader>*</AllowedHeader><ID>one</ID></CORSRule></CORSConfiguration>",
            "<CORSConfiguration><CORSRule><ID>one</ID><AllowedHeader>*</AllowedHeader><AllowedMethod>GET</AllowedMethod><AllowedMethod>PUT</AllowedMethod>"
                + "<AllowedOrigin>http://*.example.com</AllowedOrigin><ExposeHeader>ETag</ExposeHeader><MaxAgeSeconds>30</MaxAgeSeconds></CORSRule></CORSConfiguration>"
        },
        {
            "encryption", "404 ServerSideEncryptionConfigurationNotFoundError",
            "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm>"
                + "</ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>",
            "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm>"
                + "</ApplyServerSideEncryptionByDefault><BucketKeyEnabled>false</BucketKeyEnabled></Rule></ServerSideEncryptionConfiguration>"
        },
        {
            "encryption", "404 ServerSideEncryptionConfigurationNotFoundError",
            "<ServerSideEncryptionConfiguration><Rule><BucketKeyEnabled>true</BucketKeyEnabled><ApplyServerSideEncryptionByDefault>"
                + "<SSEAlgorithm>aws:kms</SSEAlgorithm><KMSMasterKeyID>k1</KMSMasterKeyID></ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>",
            "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>aws:kms</SSEAlgorithm><KMSMasterKeyID>k1</KMSMasterKeyID>"
                + "</ApplyServerSideEncryptionByDefault><BucketKeyEnabled>true</BucketKeyEnabled></Rule></ServerSideEncryptionConfiguration>"
        },
        {
            "lifecycle", "404 NoSuchLifecycleConfiguration",
            "<LifecycleConfiguration><Rule><Status>Enabled</Status><ID>a</ID><Filter><And><Tag><Key>k</Key><Value>v</Value></Tag><Prefix>p/</Prefix>"
                + "<ObjectSizeLessThan>9</ObjectSizeLessThan><ObjectSizeGreaterThan>1</ObjectSizeGreaterThan></And></Filter><Expiration><Days>3</Days></Expiration></Rule>"
                + "<Rule><ID>b</ID><Filter/><Status>Disabled</Status><AbortIncompleteMultipartUpload><DaysAfterInitiation>7</DaysAfterInitiation></AbortIncompleteMultipartUpload>"
                + "<NoncurrentVersionExpiration><NewerNoncurrentVersions>2</NewerNoncurrentVersions><NoncurrentDays>5</NoncurrentDays></NoncurrentVersionExpiration>"
                + "<Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration></Rule></LifecycleConfiguration>",
            "<LifecycleConfiguration><Rule><ID>a</ID><Filter><And><Prefix>p/</Prefix><Tag><Key>k</Key><Value>v</Value></Tag>"
                + "<ObjectSizeGreaterThan>1</ObjectSizeGreaterThan><ObjectSizeLessThan>9</ObjectSizeLessThan></And></Filter><Status>Enabled</Status>"
                + "<Expiration><Days>3</Days></Expiration></Rule><Rule><ID>b</ID><Filter /><Status>Disabled</Status>"
                + "<Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>"
                + "<NoncurrentVersionExpiration><NoncurrentDays>5</NoncurrentDays><NewerNoncurrentVersions>2</NewerNoncurrentVersions></NoncurrentVersionExpiration>"
                + "<AbortIncompleteMultipartUpload><DaysAfterInitiation>7</DaysAfterInitiation></AbortIncompleteMultipartUpload></Rule></LifecycleConfiguration>"
        },
        {
            "lifecycle", "404 NoSuchLifecycleConfiguration",
            "<LifecycleConfiguration><Rule><ID>a</ID><Prefix/><Status>Enabled</Status><Expiration><Date>2030-01-02T00:00:00Z</Date></Expiration></Rule></LifecycleConfiguration>",
            "<LifecycleConfiguration><Rule><ID>a</ID><Prefix></Prefix><Status>Enabled</Status><Expiration><Date>2030-01-02T00:00:00.000Z</Date></Expiration></Rule></LifecycleConfiguration>"
        },
        {
            "website", "404 NoSuchWebsiteConfiguration",
            "<WebsiteConfiguration><RedirectAllRequestsTo><Protocol>https</Protocol><HostName>example.com</HostName></RedirectAllRequestsTo></WebsiteConfiguration>",
            "<WebsiteConfiguration><RedirectAllRequestsTo><HostName>example.com</HostName><Protocol>https</Protocol></RedirectAllRequestsTo></WebsiteConfiguration>"
        },
        {
            "website", "404 NoSuchWebsiteConfiguration",
            "<WebsiteConfiguration><ErrorDocument><Key>error.html</Key></ErrorDocument><IndexDocument><Suffix>index.html</Suffix></IndexDocument><RoutingRules><RoutingRule>"
                + "<Condition><KeyPrefixEquals>docs/</KeyPrefixEquals><HttpErrorCodeReturnedEquals>404</HttpErrorCodeReturnedEquals></Condition><Redirect><Protocol>https</Protocol>"
                + "<HostName>h</HostName><ReplaceKeyPrefixWith>d/</ReplaceKeyPrefixWith><HttpRedirectCode>302</HttpRedirectCode></Redirect></RoutingRule></RoutingRules></WebsiteConfiguration>",
            "<WebsiteConfiguration><IndexDocument><Suffix>index.html</Suffix></IndexDocument><ErrorDocument><Key>error.html</Key></ErrorDocument><RoutingRules><RoutingRule>"
                + "<Condition><HttpErrorCodeReturnedEquals>404</HttpErrorCodeReturnedEquals><KeyPrefixEquals>docs/</KeyPrefixEquals></Condition><Redirect><HostName>h</HostName>"
                + "<HttpRedirectCode>302</HttpRedirectCode><Protocol>https</Protocol><ReplaceKeyPrefixWith>d/</ReplaceKeyPrefixWith></Redirect></RoutingRule></RoutingRules></WebsiteConfiguration>"
        },
        {
            "requestPayment", "<RequestPaymentConfiguration><Payer>BucketOwner</Payer></RequestPaymentConfiguration>",
            "<RequestPaymentConfiguration><Payer>Requester</Payer></RequestPaymentConfiguration>", null
        },
        {
            "accelerate", "<AccelerateConfiguration />", "<AccelerateConfiguration><Status>Suspended</Status></AccelerateConfiguration>", null
        },
        {
            "logging", "<BucketLoggingStatus />",
            "<BucketLoggingStatus><LoggingEnabled><TargetPrefix>logs/</TargetPrefix><TargetBucket>{0}</TargetBucket><TargetObjectKeyFormat><PartitionedPrefix>"
                + "<PartitionDateSource>EventTime</PartitionDateSource></PartitionedPrefix></TargetObjectKeyFormat></LoggingEnabled></BucketLoggingStatus>",
            "<BucketLoggingStatus><LoggingEnabled><TargetBucket>{0}</TargetBucket><TargetPrefix>logs/</TargetPrefix><TargetObjectKeyFormat><PartitionedPrefix>"
                + "<PartitionDateSource>EventTime</PartitionDateSource></PartitionedPrefix></TargetObjectKeyFormat></LoggingEnabled></BucketLoggingStatus>"
        },
        {
            "notification", "<NotificationConfiguration />",
            "<NotificationConfiguration><QueueConfiguration><Event>s3:ObjectCreated:*</Event><Id>q</Id><Queue>arn:aws:sqs:us-east-1:1:queue</Queue><Filter><S3Key>"
                + "<FilterRule><Name>suffix</Name><Value>.jpg</Value></FilterRule><FilterRule><Name>prefix</Name><Value>images/</Value></FilterRule></S3Key></Filter></QueueConfiguration>"
                + "<TopicConfiguration><Id>t</Id><Topic>arn:aws:sns:us-east-1:1:topic</Topic><Event>s3:ObjectRemoved:Delete</Event></TopicConfiguration></NotificationConfiguration>",
            "<NotificationConfiguration><TopicConfiguration><Id>t</Id><Topic>arn:aws:sns:us-east-1:1:topic</Topic><Event>s3:ObjectRemoved:Delete</Event></TopicConfiguration>"
                + "<QueueConfiguration><Id>q</Id><Queue>arn:aws:sqs:us-east-1:1:queue</Queue><Event>s3:ObjectCreated:*</Event><Filter><S3Key><FilterRule><Name>Prefix</Name>"
                + "<Value>images/</Value></FilterRule><FilterRule><Name>Suffix</Name><Value>.jpg</Value></FilterRule></S3Key></Filter></QueueConfiguration></NotificationConfiguration>"
        },
    };

    /// <summary>Names the operations that the documents go through.</summary>
    public static TheoryData<string, string, string, string?> Operations() => new()
    {
        { "cors", "GetBucketCors", "PutBucketCors", "DeleteBucketCors" },
        { "encryption", "GetBucketEncryption", "PutBucketEncryption", "DeleteBucketEncryption" },
        { "lifecycle", "GetBucketLifecycleConfiguration", "PutBucketLifecycleConfiguration", "DeleteBucketLifecycle" },
        { "website", "GetBucketWebsite", "PutBucketWebsite", "DeleteBucketWebsite" },
        { "requestPayment", "GetBucketRequestPayment", "PutBucketRequestPayment", null },
        { "accelerate", "GetBucketAccelerateConfiguration", "PutBucketAccelerateConfiguration", null },
        { "logging", "GetBucketLogging", "PutBucketLogging", null },
        { "notification", "GetBucketNotificationConfiguration", "PutBucketNotificationConfiguration", null },
    };

    [Theory]
    [MemberData(nameof(Documents))]
    public async Task A_document_is_absent_kept_shown_and_gone(string subresource, string absent, string sent, string? shown)
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        await ShouldBeAbsentAsync();
        var put = await bucket.PutDocumentAsync(subresource, Of(sent));
        put.Status.ShouldBe(200, put.Text);
        put.Body.ShouldBeEmpty();
        (await bucket.GetDocumentAsync(subresource)).Document().ShouldBe(Of(shown ?? sent));

        // What was shown can be sent again.
        (await bucket.PutDocumentAsync(subresource, Of(shown ?? sent))).Status.ShouldBe(200);
        (await bucket.GetDocumentAsync(subresource)).Document().ShouldBe(Of(shown ?? sent));
        if (absent.StartsWith("404", StringComparison.Ordinal))
        {
            (await bucket.DeleteDocumentAsync(subresource)).Status.ShouldBe(204);
            (await bucket.DeleteDocumentAsync(subresource)).Status.ShouldBe(204);
            await ShouldBeAbsentAsync();
        }
        else
        {
            (await bucket.DeleteDocumentAsync(subresource)).Status.ShouldBe(405, "the subresource has no such method");
        }

        string Of(string document) => document.Replace("{0}", bucket.Name, StringComparison.Ordinal);

        async Task ShouldBeAbsentAsync()
        {
            var answer = await bucket.GetDocumentAsync(subresource);
            if (answer.Status == 200)
            {
                answer.Document().ShouldBe(absent);
                return;
            }

            $"{answer.Status} {answer.ErrorCode}".ShouldBe(absent);
            answer.Element("BucketName").ShouldBe(bucket.Name);
        }
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public void The_operations_of_a_subresource_have_the_names_of_AWS(string subresource, string get, string put, string? delete)
    {
        foreach (var (method, name) in new[] { ("GET", get), ("PUT", put), ("DELETE", delete) }.Where(pair => pair.Item2 is not null))
        {
            var definition = SampleRequests.Definition(name!);
            definition.Method.ShouldBe(method);
            definition.Query.ShouldBe([subresource]);
        }
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task A_subresource_of_no_bucket_is_404_and_of_another_account_403(string subresource, string get, string put, string? delete)
    {
        get.ShouldNotBe(put);
        var bucket = await TestBucket.CreateAsync(fixture.Host, S3TestHost.Alice);
        foreach (var method in (string[])["GET", "PUT", .. delete is null ? Array.Empty<string>() : ["DELETE"]])
        {
            (await bucket.SendAsync(bucket.Request(method, query: subresource), S3TestHost.Bob)).ShouldRefuse(403, "AccessDenied");
            (await bucket.SendAsItIsAsync(bucket.Request(method, query: subresource))).ShouldRefuse(403, "AccessDenied");
            await bucket.Host.Metadata.CheckHealthAsync(TestContext.Current.CancellationToken);
        }

        await bucket.SendAsync(bucket.Request("DELETE"), S3TestHost.Alice);
        (await bucket.SendAsync(bucket.Request("GET", query: subresource), S3TestHost.Alice)).ShouldRefuse(404, "NoSuchBucket");
        (await bucket.SendAsync(bucket.Request("PUT", query: subresource), S3TestHost.Alice)).ShouldRefuse(404, "NoSuchBucket");
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task No_document_is_no_request(string subresource, string get, string put, string? delete)
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        (await bucket.PutDocumentAsync(subresource, "")).ShouldRefuse(400, "MissingRequestBodyError");
        (await bucket.PutDocumentAsync(subresource, "<Other/>")).ShouldRefuse(400, "MalformedXML");
        (await bucket.PutDocumentAsync(subresource, "{}")).ShouldRefuse(400, "MalformedXML");
        (await bucket.PutDocumentAsync(subresource, $"<{get}{put}{delete}/>")).ShouldRefuse(400, "MalformedXML");
        (await bucket.PutDocumentAsync(subresource, new string(' ', subresource == "lifecycle" ? 1_100_000 : 70_000))).ShouldRefuse(400, "MaxMessageLengthExceeded");
    }

    [Fact]
    public async Task Documents_outlive_each_other()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        await bucket.PutDocumentAsync("requestPayment", "<RequestPaymentConfiguration><Payer>Requester</Payer></RequestPaymentConfiguration>");
        await bucket.PutDocumentAsync("tagging", "<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>");
        await bucket.DeleteDocumentAsync("tagging");
        await bucket.SendAsync("PUT", null, "acl", null, ("x-amz-acl", "public-read"));
        (await bucket.GetDocumentAsync("requestPayment")).Element("Payer").ShouldBe("Requester");
    }
}
