namespace BleepStore.Tests.Api;

/// <summary>Parameters, headers and values that belong to another request are refused in the words of S3, and nothing is done.</summary>
public sealed class MisplacedParameterTests(MemoryApiHost fixture) : IClassFixture<MemoryApiHost>
{
    [Theory]
    [InlineData("PUT", "partNumber=1", "InvalidArgument", "This operation does not accept partNumber without uploadId")]
    [InlineData("GET", "uploads", "InvalidRequest", "Key is not expected for the GET method ?uploads subresource")]
    [InlineData("GET", "versions", "InvalidRequest", "There is no such thing as the ?versions sub-resource for a key")]
    public async Task A_subresource_of_something_else_is_refused(string method, string query, string code, string message)
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var refused = await bucket.SendAsync(method, "key", query, null);
        (refused.Status, refused.ErrorCode, refused.Element("Message")).ShouldBe((400, code, message));
        (await bucket.HeadAsync("key")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task An_upload_as_a_whole_cannot_be_put()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var id = await bucket.CreateUploadAsync("key");
        var refused = await bucket.SendAsync("PUT", "key", $"uploadId={id}", "Hello"u8.ToArray());
        (refused.Status, refused.ErrorCode, refused.Element("Method"), refused.Element("ResourceType")).ShouldBe((405, "MethodNotAllowed", "PUT", "UPLOAD"));
        refused.Header("Allow").ShouldBe("DELETE, GET, POST");
        (await bucket.SendAsync("HEAD", "key", $"uploadId={id}", null)).Status.ShouldBe(405);
        (await bucket.HeadAsync("key")).Status.ShouldBe(404);
    }


    [Theory]
    [InlineData("", "Invalid copy source bucket name")]
    [InlineData("/", "Invalid copy source bucket name")]
    [InlineData("192.168.1.1/key", "Invalid copy source bucket name")]
    [InlineData("my-buc@k&()t/key", "Invalid copy source bucket name")]
    [InlineData("bucket", "Invalid copy source object key")]
    [InlineData("bucket/", "Invalid copy source object key")]
    [InlineData("bucket/%ZZ", "Invalid copy source encoding")]
    [InlineData("100%/key", "Invalid copy source encoding")]
    public async Task A_source_that_is_none_is_told_what_is_wrong_with_it(string source, string message)
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var id = await bucket.CreateUploadAsync("key");
        foreach (var query in (string[])["", $"partNumber=1&uploadId={id}"])
        {
            var refused = await bucket.SendAsync("PUT", "key", query, null, ("x-amz-copy-source", source));
            (refused.Status, refused.ErrorCode, refused.Element("Message")).ShouldBe((400, "InvalidArgument", message));
            refused.Element("ArgumentName").ShouldBe("x-amz-copy-source");
        }
    }

    [Theory]
    [InlineData("-4", "PartNumber must be >= 1")]
    [InlineData("0", "PartNumber must be >= 1")]
    [InlineData("10001", "Part number must be an integer between 1 and 10000, inclusive")]
    public async Task Parts_are_listed_from_one_to_ten_thousand(string number, string message)
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var id = await bucket.CreateUploadAsync("key");
        var refused = await bucket.CompleteAsync("key", id, $"<CompleteMultipartUpload><Part><PartNumber>{number}</PartNumber><ETag>a</ETag></Part></CompleteMultipartUpload>");
        (refused.ErrorCode, refused.Element("Message"), refused.Element("ArgumentValue")).ShouldBe(("InvalidArgument", message, number));
    }

    [Theory]
    [InlineData("<ChecksumCRC32>invalid_checksum</ChecksumCRC32>", "InvalidArgument", "Invalid Base64 or multiple checksums present in request")]
    [InlineData("<ChecksumCRC32>AAAAAA==</ChecksumCRC32><ChecksumCRC32C>AAAAAA==</ChecksumCRC32C>", "InvalidArgument", "Invalid Base64 or multiple checksums present in request")]
    [InlineData("<ChecksumCRC32C>AAAAAA==</ChecksumCRC32C>", "BadDigest", "The crc32c you specified for part 1 did not match what we received.")]
    public async Task The_checksum_of_a_listed_part_is_one_and_of_the_algorithm_of_the_upload(string checksum, string code, string message)
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var id = await bucket.CreateUploadAsync("key", ("x-amz-checksum-algorithm", "CRC32"), ("x-amz-checksum-type", "FULL_OBJECT"));
        var part = await bucket.PutPartAsync("key", id, 1, "Hello"u8.ToArray());
        var refused = await bucket.CompleteAsync(
            "key", id, $"<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{part.Header("ETag")}</ETag>{checksum}</Part></CompleteMultipartUpload>");
        (refused.ErrorCode, refused.Element("Message")).ShouldBe((code, message));
    }


    [Fact]
    public async Task A_checksum_of_no_algorithm_is_refused()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var refused = await bucket.PutAsync("key", "Hello", ("x-amz-checksum-sha256a", "dummy"));
        (refused.ErrorCode, refused.Element("Message")).ShouldBe(("InvalidRequest", "The algorithm type you specified in x-amz-checksum- header is invalid."));
    }

    [Fact]
    public async Task A_document_that_is_too_long_is_told_how_long_it_may_be()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var refused = await bucket.SendAsync("PUT", "", "website", new byte[200_000]);
        (refused.Status, refused.ErrorCode, refused.Element("MaxMessageLengthBytes")).ShouldBe((400, "MaxMessageLengthExceeded", "65536"));
    }

    [Fact]
    public async Task A_part_number_that_is_none_is_refused_before_the_key_is_looked_for()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        var refused = await bucket.SendAsync("GET", "absent", "partNumber=-3", null);
        (refused.ErrorCode, refused.Element("ArgumentName"), refused.Element("ArgumentValue")).ShouldBe(("InvalidArgument", "partNumber", "-3"));
    }

    [Fact]
    public async Task A_new_bucket_is_told_its_name_as_policies_write_it()
    {
        var bucket = TestBucket.Unmade(fixture.Host);
        var made = await bucket.SendAsync(bucket.Request("PUT"));
        (made.Status, made.Header("Location"), made.Header("x-amz-bucket-arn")).ShouldBe((200, "/" + bucket.Name, "arn:aws:s3:::" + bucket.Name));
    }

    [Fact]
    public async Task A_range_with_white_space_is_ignored()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        await bucket.PutAsync("key", "Hello");
        (await bucket.GetAsync("key", ("Range", "bytes= -1"))).Text.ShouldBe("Hello");
    }

    [Theory]
    [InlineData("gzip,aws-chunked,br", "gzip,br")]
    [InlineData("gzip, aws-chunked, br", "gzip, br")]
    [InlineData("AWS-Chunked", null)]
    [InlineData("aws-chunked-custom", "aws-chunked-custom")]
    public async Task What_is_left_of_the_content_encoding_stays_as_it_was_sent(string sent, string? kept)
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        await bucket.PutAsync("key", "Hello", ("Content-Encoding", sent));
        (await bucket.HeadAsync("key")).Header("Content-Encoding").ShouldBe(kept);
    }
}
