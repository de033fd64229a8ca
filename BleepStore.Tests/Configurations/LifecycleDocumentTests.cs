using System.Globalization;
using BleepStore.Tests.Api;

namespace BleepStore.Tests.Configurations;

/// <summary>What PutBucketLifecycleConfiguration takes and refuses.</summary>
public sealed class LifecycleDocumentTests(MemoryApiHost fixture) : IClassFixture<MemoryApiHost>
{
    private const string Head = "<Rule><ID>a</ID><Status>Enabled</Status><Filter/>";
    private const string Days = "<Expiration><Days>1</Days></Expiration>";

    [Theory]
    [InlineData("", "MalformedXML")]
    [InlineData("<Rule><ID>a</ID><Filter/>" + Days + "</Rule>", "MalformedXML")]
    [InlineData("<Rule><Status>enabled</Status><Filter/>" + Days + "</Rule>", "MalformedXML")]
    [InlineData("<Rule><Status>Enabled</Status>" + Days + "</Rule>", "MalformedXML")]
    [InlineData("<Rule><Status>Enabled</Status><Filter/><Prefix>a</Prefix>" + Days + "</Rule>", "MalformedXML")]
    [InlineData("<Rule><Status>Enabled</Status><Filter><Prefix>a</Prefix><ObjectSizeLessThan>3</ObjectSizeLessThan></Filter>" + Days + "</Rule>", "MalformedXML")]
    [InlineData("<Rule><Status>Enabled</Status><Filter><Tag><Key>a</Key></Tag></Filter>" + Days + "</Rule>", "MalformedXML")]
    [InlineData("<Rule><Status>Enabled</Status><Filter/></Rule>", "InvalidRequest")]
    [InlineData(Head + "<Expiration/></Rule>", "MalformedXML")]
    [InlineData(Head + "<Expiration><Days>0</Days></Expiration></Rule>", "InvalidArgument")]
    [InlineData(Head + "<Expiration><Days>-1</Days></Expiration></Rule>", "InvalidArgument")]
    [InlineData(Head + "<Expiration><Days>one</Days></Expiration></Rule>", "MalformedXML")]
    [InlineData(Head + "<Expiration><Date>yesterday</Date></Expiration></Rule>", "MalformedXML")]
    [InlineData(Head + "<Expiration><Date>2030-01-01T00:00:01Z</Date></Expiration></Rule>", "InvalidArgument")]
    [InlineData(Head + "<Expiration><Days>1</Days><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration></Rule>", "MalformedXML")]
    [InlineData(Head + "<Expiration><Days>1</Days><Date>2030-01-01T00:00:00Z</Date></Expiration></Rule>", "MalformedXML")]
    [InlineData(Head + "<NoncurrentVersionExpiration><NoncurrentDays>0</NoncurrentDays></NoncurrentVersionExpiration></Rule>", "InvalidArgument")]
    [InlineData(Head + "<NoncurrentVersionExpiration/></Rule>", "MalformedXML")]
    [InlineData(Head + "<NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays><NewerNoncurrentVersions>101</NewerNoncurrentVersions></NoncurrentVersionExpiration></Rule>", "InvalidArgument")]
    [InlineData(Head + "<AbortIncompleteMultipartUpload><DaysAfterInitiation>0</DaysAfterInitiation></AbortIncompleteMultipartUpload></Rule>", "InvalidArgument")]
    [InlineData("<Rule><Status>Enabled</Status><Filter><Tag><Key>a</Key><Value>b</Value></Tag></Filter><AbortIncompleteMultipartUpload><DaysAfterInitiation>1</DaysAfterInitiation></AbortIncompleteMultipartUpload></Rule>", "InvalidRequest")]
    [InlineData("<Rule><Status>Enabled</Status><Filter><Tag><Key>a</Key><Value>b</Value></Tag></Filter><Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration></Rule>", "InvalidRequest")]
    [InlineData("<Rule><Status>Enabled</Status><Filter><And/></Filter>" + Days + "</Rule>", "MalformedXML")]
    [InlineData("<Rule><Status>Enabled</Status><Filter><And><Prefix>p/</Prefix></And></Filter>" + Days + "</Rule>", "MalformedXML")]
    [InlineData("<Rule><Status>Enabled</Status><Filter><And><Tag><Key>a</Key><Value>b</Value></Tag></And></Filter>" + Days + "</Rule>", "MalformedXML")]
    [InlineData("<Rule><Status>Enabled</Status><Filter><And><ObjectSizeGreaterThan>5</ObjectSizeGreaterThan><ObjectSizeLessThan>5</ObjectSizeLessThan></And></Filter>" + Days + "</Rule>", "InvalidRequest")]
    [InlineData("<Rule><Status>Enabled</Status><Filter><And><Tag><Key>a</Key><Value>b</Value></Tag><Tag><Key>a</Key><Value>c</Value></Tag></And></Filter>" + Days + "</Rule>", "InvalidRequest")]
    [InlineData(Head + Days + "</Rule>" + Head + Days + "</Rule>", "InvalidArgument")]
    [InlineData(Head + Days + "</Rule><Rule><ID>b</ID><Prefix>p</Prefix><Status>Enabled</Status>" + Days + "</Rule>", "InvalidRequest")]
    [InlineData(Head + "<Transition><Days>30</Days><StorageClass>GLACIER</StorageClass></Transition></Rule>", "NotImplemented")]
    [InlineData(Head + "<NoncurrentVersionTransition><NoncurrentDays>30</NoncurrentDays><StorageClass>GLACIER</StorageClass></NoncurrentVersionTransition></Rule>", "NotImplemented")]
    [InlineData(Head + "<Transition><Days>30</Days><StorageClass>ICE</StorageClass></Transition></Rule>", "MalformedXML")]
    [InlineData(Head + "<Transition><Days>-1</Days><StorageClass>GLACIER</StorageClass></Transition></Rule>", "InvalidArgument")]
    [InlineData(Head + "<Transition><StorageClass>GLACIER</StorageClass></Transition></Rule>", "MalformedXML")]
    public async Task What_breaks_a_rule_is_refused(string rules, string code)
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        (await PutAsync(bucket, rules)).ShouldRefuse(code == "NotImplemented" ? 501 : 400, code);
        (await bucket.GetDocumentAsync("lifecycle")).ShouldRefuse(404, "NoSuchLifecycleConfiguration");
    }

    [Fact]
    public async Task An_id_has_255_characters_at_most_and_a_rule_without_one_gets_one()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        (await PutAsync(bucket, $"<Rule><ID>{new string('i', 255)}</ID><Prefix/><Status>Enabled</Status>{Days}</Rule>")).Status.ShouldBe(200);
        (await PutAsync(bucket, $"<Rule><ID>{new string('i', 256)}</ID><Prefix/><Status>Enabled</Status>{Days}</Rule>")).ShouldRefuse(400, "InvalidArgument");
        (await PutAsync(bucket, $"<Rule><Prefix>a</Prefix><Status>Enabled</Status>{Days}</Rule><Rule><Prefix>b</Prefix><Status>Enabled</Status>{Days}</Rule>")).Status.ShouldBe(200);
        var ids = (await bucket.GetDocumentAsync("lifecycle")).Elements("ID");
        ids.ShouldAllBe(id => id.Length > 0);
        ids.Distinct().Count().ShouldBe(2);
        (await bucket.GetDocumentAsync("lifecycle")).Elements("ID").ShouldBe(ids);
    }

    [Fact]
    public async Task A_thousand_rules_are_the_most()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        static string Rules(int count) => string.Concat(Enumerable.Range(0, count)
            .Select(i => string.Create(CultureInfo.InvariantCulture, $"<Rule><ID>{i}</ID><Prefix>{i}</Prefix><Status>Enabled</Status>{Days}</Rule>")));
        (await PutAsync(bucket, Rules(1000))).Status.ShouldBe(200);
        (await PutAsync(bucket, Rules(1001))).ShouldRefuse(400, "InvalidRequest");
    }

    [Fact]
    public async Task The_smallest_size_of_transitions_is_kept_with_the_rules()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        (await PutAsync(bucket, Head + Days + "</Rule>")).Header("x-amz-transition-default-minimum-object-size").ShouldBe("all_storage_classes_128K");
        (await bucket.GetDocumentAsync("lifecycle")).Header("x-amz-transition-default-minimum-object-size").ShouldBe("all_storage_classes_128K");
        var body = System.Text.Encoding.UTF8.GetBytes($"<LifecycleConfiguration>{Head}{Days}</Rule></LifecycleConfiguration>");
        var checksum = TestBucket.Checksum(BleepStore.Api.Checksums.ChecksumAlgorithm.Crc32, body);
        (await bucket.SendAsync("PUT", null, "lifecycle", body, ("x-amz-checksum-crc32", checksum), ("x-amz-transition-default-minimum-object-size", "varies_by_storage_class")))
            .Status.ShouldBe(200);
        var shown = await bucket.GetDocumentAsync("lifecycle");
        shown.Header("x-amz-transition-default-minimum-object-size").ShouldBe("varies_by_storage_class");
        shown.Elements("TransitionDefaultMinimumObjectSize").ShouldBeEmpty();
        (await bucket.SendAsync("PUT", null, "lifecycle", body, ("x-amz-checksum-crc32", checksum), ("x-amz-transition-default-minimum-object-size", "small")))
            .ShouldRefuse(400, "InvalidArgument");
        (await PutAsync(bucket, Head + Days + "</Rule><TransitionDefaultMinimumObjectSize>x</TransitionDefaultMinimumObjectSize>")).ShouldRefuse(400, "MalformedXML");
    }

    [Fact]
    public async Task A_document_without_a_digest_is_refused()
    {
        var bucket = await TestBucket.CreateAsync(fixture.Host);
        (await bucket.SendAsync("PUT", null, "lifecycle", "<LifecycleConfiguration/>"u8.ToArray())).ShouldRefuse(400, "InvalidRequest");
    }

    private static Task<Http.RawResponse> PutAsync(TestBucket bucket, string rules)
        => bucket.PutDocumentAsync("lifecycle", $"<LifecycleConfiguration>{rules}</LifecycleConfiguration>");
}
