using System.Globalization;
using BleepStore.Metadata.Commands;
using BleepStore.Metadata.Records;

namespace BleepStore.Tests.Metadata;

/// <summary>What every engine promises about age: a query never answers an older state than one that was published when it began.</summary>
public abstract class FreshnessContract<TEngine> : StoreTest<TEngine>
    where TEngine : ITestEngine, new()
{
    private const int Changes = 300;
    private const int Readers = 3;
    private const int Reads = 3000;

    private int _begun;
    private int _published;
    private int _reads;
    private volatile bool _done;

    [Fact]
    public Task A_bucket_is_never_older_than_what_was_published()
        => RaceAsync(
            number => ExecuteAsync(new SetBucketAcl { Time = Start, Bucket = Bucket, BucketId = BucketId, Acl = PrivateAcl(Text(number)) }).AsTask(),
            async () => Number((await Store.FindBucketAsync(Bucket, Cancellation))!.Acl.OwnerId));

    [Fact]
    public Task An_account_is_never_older_than_what_was_published()
        => RaceAsync(
            number => ExecuteAsync(new PutAccount { Time = Start, Account = new AccountRecord("id", Text(number), Email: null) }).AsTask(),
            async () => Number((await Store.FindAccountAsync("id", Cancellation))!.DisplayName));

    [Fact]
    public Task A_credential_that_comes_and_goes_is_never_older_than_what_was_published()
        => RaceAsync(
            number => number % 2 == 0
                ? ExecuteAsync(new PutCredential { Time = Start, Credential = Credential(Text(number)) }).AsTask()
                : ExecuteAsync(new DeleteCredential { Time = Start, AccessKey = "AK" }).AsTask(),
            async () => Number((await Store.FindCredentialAsync("AK", Cancellation))?.DisplayName));

    /// <summary>Makes numbered changes while others ask which one they see; null is an odd one, which removes.</summary>
    private async Task RaceAsync(Func<int, Task> change, Func<Task<int?>> read)
    {
        await change(0);
        var readers = Enumerable.Range(0, Readers).Select(_ => Task.Run(() => ReadAsync(read), Cancellation)).ToList();
        for (var number = 1; number <= Changes || (Volatile.Read(ref _reads) < Reads && !readers.Exists(reader => reader.IsFaulted)); number++)
        {
            Volatile.Write(ref _begun, number);
            await change(number);
            Volatile.Write(ref _published, number);
        }

        _done = true;
        await Task.WhenAll(readers);
        Check(await read(), _published);
    }

    private async Task ReadAsync(Func<Task<int?>> read)
    {
        while (!_done)
        {
            var published = Volatile.Read(ref _published);
            Check(await read(), published);
            Interlocked.Increment(ref _reads);
        }
    }

    private void Check(int? seen, int publishedBefore)
    {
        var begun = Volatile.Read(ref _begun);
        var oldest = seen is null && publishedBefore % 2 == 0 ? publishedBefore + 1 : publishedBefore;
        var found = seen ?? oldest;
        found.ShouldBeInRange(oldest, begun, $"published {publishedBefore}, begun {begun}");
    }

    private static CredentialRecord Credential(string name)
        => new() { AccessKey = "AK", WrappedSecret = new byte[] { 1 }, AccountId = "a", PrincipalId = "p", DisplayName = name };

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static int? Number(string? text) => text is null ? null : int.Parse(text, CultureInfo.InvariantCulture);
}
