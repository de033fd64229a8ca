using System.Text;
using BleepStore.Api.Bodies;
using BleepStore.Api.Forms;
using BleepStore.Api.Protocol;
using BleepStore.Tests.Bodies;

namespace BleepStore.Tests.Forms;

/// <summary>The parser of form bodies: the same parts, however the bytes arrive and whatever they look like.</summary>
public sealed class MultipartBodyTests
{
    private const string Boundary = "xyz";

    [Fact]
    public async Task Parts_are_the_same_however_their_bytes_arrive()
    {
        var random = new Random(7);
        for (var round = 0; round < 200; round++)
        {
            var parts = Enumerable.Range(0, random.Next(1, 5)).Select(i => (Name: $"field{i}", Value: RandomValue(random))).ToList();
            var bytes = new List<byte>();
            foreach (var (name, value) in parts)
            {
                bytes.AddRange(Encoding.ASCII.GetBytes($"--{Boundary}\r\nContent-Disposition: form-data; name={name}\r\n\r\n"));
                bytes.AddRange(value);
                bytes.AddRange("\r\n"u8);
            }

            bytes.AddRange(Encoding.ASCII.GetBytes($"--{Boundary}--\r\nepilogue"));
            var pieces = new Random(round);
            using var framing = new PlainFraming(new PiecemealStream([.. bytes], () => pieces.Next(1, 9)));
            var body = new MultipartBody(framing, Boundary);
            var read = new List<(string Name, byte[] Value)>();
            while (await body.NextPartAsync(TestContext.Current.CancellationToken) is { } head)
            {
                read.Add((head.Name, await ReadAsync(body, pieces.Next(1, 9))));
            }

            read.Select(part => part.Name).ShouldBe(parts.Select(part => part.Name));
            foreach (var (sent, got) in parts.Zip(read))
            {
                got.Value.ShouldBe(sent.Value, $"round {round}");
            }
        }
    }

    [Fact]
    public async Task A_part_that_nobody_reads_is_passed_over()
    {
        using var framing = new PlainFraming(new MemoryStream(Encoding.ASCII.GetBytes(
            $"--{Boundary}\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n{new string('a', 200_000)}\r\n--{Boundary}  \r\ncontent-disposition:form-data;name=b;filename=c\r\n\r\n1\r\n--{Boundary}--")));
        var body = new MultipartBody(framing, Boundary);
        (await body.NextPartAsync(TestContext.Current.CancellationToken)).ShouldBe(new FormPartHead("a", FileName: null));
        (await body.NextPartAsync(TestContext.Current.CancellationToken)).ShouldBe(new FormPartHead("b", "c"));
        (await ReadAsync(body, 100)).ShouldBe("1"u8.ToArray());
        (await body.NextPartAsync(TestContext.Current.CancellationToken)).ShouldBeNull();
        (await body.NextPartAsync(TestContext.Current.CancellationToken)).ShouldBeNull();
        (await ReadAsync(body, 100)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("form-data; name=\"a\"", "a", null)]
    [InlineData("Form-Data ; NAME = a ; FILENAME = b", "a", "b")]
    [InlineData("form-data; name=\"a\"; filename=\"C:\\dir\\b.txt\"", "a", "C:\\dir\\b.txt")]
    [InlineData("form-data; name=\"a\\\"b\"; filename=\"c;d=e\"", "a\"b", "c;d=e")]
    [InlineData("form-data; name=\"a\"; filename=\"x\"; filename*=UTF-8''%C3%BC%20b", "a", "ü b")]
    [InlineData("form-data; name=\"ü\"", "ü", null)]
    public void A_head_names_field_and_file(string disposition, string name, string? fileName)
        => FormPartHead.Parse(Encoding.UTF8.GetBytes($"Content-Type: a/b\r\nContent-Disposition: {disposition}")).ShouldBe(new FormPartHead(name, fileName));

    [Theory]
    [InlineData("form-data; name=\"a\"; filename*=latin1''a")]
    [InlineData("form-data; name=\"a\"; filename*=UTF-8''%zz")]
    [InlineData("form-data; name=\"\"")]
    [InlineData("form-data; name")]
    [InlineData("form-data; filename=\"a\"")]
    [InlineData("form-data, name=a")]
    public void A_head_without_a_clear_name_is_refused(string disposition)
        => Should.Throw<S3Exception>(() => FormPartHead.Parse(Encoding.UTF8.GetBytes("Content-Disposition: " + disposition))).Error.Code.ShouldBe("MalformedPOSTRequest");

    [Fact]
    public void A_head_that_is_no_text_is_refused()
        => Should.Throw<S3Exception>(() => FormPartHead.Parse([.. "Content-Disposition: form-data; name="u8, 0xFF])).Error.Code.ShouldBe("MalformedPOSTRequest");

    [Fact]
    public async Task A_head_without_an_end_is_refused_before_it_fills_memory()
    {
        using var framing = new PlainFraming(new MemoryStream(Encoding.ASCII.GetBytes($"--{Boundary}\r\n{new string('a', 100_000)}")));
        var body = new MultipartBody(framing, Boundary);
        (await Should.ThrowAsync<S3Exception>(async () => await body.NextPartAsync(TestContext.Current.CancellationToken))).Error.Code.ShouldBe("MalformedPOSTRequest");
        body.Consumed.ShouldBeLessThan(100);
    }

    // Mostly pieces of what a delimiter is made of.
    private static byte[] RandomValue(Random random)
    {
        string[] pieces = ["\r", "\n", "\r\n", "\r\n-", "\r\n--", "\r\n--x", "\r\n--xy", "--xyz", "-", "xyz", "a"];
        return Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => pieces[random.Next(pieces.Length)])))
            is var value && value.AsSpan().IndexOf("\r\n--xyz"u8) < 0 && !"\r\n"u8.SequenceEqual(value) ? value : [];
    }

    private static async Task<byte[]> ReadAsync(MultipartBody body, int count)
    {
        var bytes = new List<byte>();
        var buffer = new byte[count];
        while (await body.ReadAsync(buffer, TestContext.Current.CancellationToken) is var read and > 0)
        {
            bytes.AddRange(buffer.AsSpan(0, read));
        }

        return [.. bytes];
    }
}
