using BleepStore.Api.Auth;
using BleepStore.Api.Configuration;
using BleepStore.Api.Content;
using BleepStore.Api.Encryption;
using BleepStore.Api.Hosting;
using BleepStore.Api.Integrity;
using BleepStore.Metadata;

namespace BleepStore.Api.CommandLine;

/// <summary>Checks a store that no server has: <c>fsck</c> and <c>scrub</c>. Unless asked to repair, it changes nothing.</summary>
internal static class CheckCommand
{
    public static Task<int> RunAsync(
        Func<CheckArguments> read,
        IReadOnlyDictionary<string, string> environment,
        TextWriter output,
        TextWriter errors,
        CancellationToken cancellationToken)
        => CommandGuard.RunAsync(errors, () => CheckAsync(read(), environment, output, errors, cancellationToken));

    private static async Task<int> CheckAsync(
        CheckArguments arguments, IReadOnlyDictionary<string, string> environment, TextWriter output, TextWriter errors, CancellationToken cancellationToken)
    {
        using var signals = new StopSignals(cancellationToken);
        var options = ConfigurationLoader.Load(arguments.File, environment, new Dictionary<string, SourcedValue>());
        await using var store = await StoreOpening.OpenForCheckAsync(options, arguments.MayRepair, signals.Stop);
        var report = new CheckReport(output, errors, arguments.IsJson);
        var time = TimeProvider.System;
        var keys = FindKeys(options, environment, store.Metadata);
        var run = new CheckRun(arguments.Scrub is null ? "fsck" : "scrub", time.GetUtcNow(), report.Show)
        {
            Limitation = keys is null ? "without the root key, encrypted objects are checked by their checksums alone" : null,
        };
        await using (report.ShowProgress(run, time))
        {
            await RunAsync(arguments, store, keys, run, time, signals.Stop);
        }

        report.ShowSummary(run);
        return run.Tally().Damaged > 0 || run.State == CheckState.Failed ? ExitCodes.DamageFound
            : run.State == CheckState.Stopped ? ExitCodes.Interrupted
            : ExitCodes.Success;
    }

    /// <summary>What opens encrypted objects; without a root key their bytes are verified by checksums alone.</summary>
    private static ObjectKeys? FindKeys(BleepStoreOptions options, IReadOnlyDictionary<string, string> environment, IMetadataStore metadata)
    {
        try
        {
            var rootKey = RootKeyFile.Open(options.RootKeyPath, environment.GetValueOrDefault(RootKeyFile.EnvironmentVariable), mayCreate: false);
            return new ObjectKeys(new StoreKeys(metadata, rootKey, TimeProvider.System), options.Encryption.ToSettings());
        }
        catch (RootKeyException)
        {
            return null;
        }
    }

    private static async Task RunAsync(
        CheckArguments arguments, StoreUnderCheck store, ObjectKeys? keys, CheckRun run, TimeProvider time, CancellationToken stop)
    {
        try
        {
            var (reader, readers) = (new ObjectReader(store.Metadata, store.Storage, keys), new ReaderRegistry());
            if (arguments.Scrub is { } scrub)
            {
                await new Scrubber(store.Metadata, reader, readers, time).RunAsync(scrub, run, _ => { }, stop);
            }
            else
            {
                var settings = new FsckSettings(store.Boot, arguments.IsDeep, arguments.MayRepair);
                await new Fsck(store.Metadata, store.Storage, reader, readers, time).RunAsync(settings, run, stop);
            }

            run.End(CheckState.Done, time.GetUtcNow());
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            run.End(CheckState.Stopped, time.GetUtcNow());
        }
        catch (Exception e) when (e is MetadataUnavailableException or MetadataFormatException or InvalidDataException)
        {
            run.End(CheckState.Failed, time.GetUtcNow(), $"The metadata cannot be read any further: {e.Message}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            run.End(CheckState.Failed, time.GetUtcNow(), $"The storage cannot be read any further: {e.Message}");
        }
    }
}
