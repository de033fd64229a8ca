using BleepStore.Metadata;
using BleepStore.Metadata.Commands;
using BleepStore.Metadata.Records;
using static BleepStore.Tests.Metadata.RandomCommands;

namespace BleepStore.Tests.Metadata;

/// <summary>Makes the commands about who asks and with what keys: few names, so that they often meet each other.</summary>
internal sealed class RandomIdentityCommands(Random random)
{
    private static readonly string[] Names = ["1", "2", "3"];

    /// <summary>The next command as a function of a store to its outcome in words.</summary>
    public (string Name, Func<IMetadataStore, Task<string>> Execute) Next(DateTimeOffset time) => random.Next(8) switch
    {
        0 => Run(new PutCredential { Time = time, Credential = NewCredential(), OnlyIfAbsent = random.Next(2) == 0 }),
        1 => Run(new DeleteCredential { Time = time, AccessKey = "AK" + random.Next(3) }),
        2 or 3 => StoreKey(time),
        _ => Identity(time),
    };

    private (string Name, Func<IMetadataStore, Task<string>> Execute) Identity(DateTimeOffset time)
    {
        var (kind, name) = (Pick(Enum.GetValues<IdentityKind>()), Pick(Names));
        var other = Pick(Names);
        return random.Next(7) switch
        {
            0 => Run(new CreateIdentity
            {
                Time = time,
                Identity = new IdentityRecord { AccountId = "account", Kind = kind, Name = name, Id = "id" + random.Next(9), Document = "{}" },
            }),
            1 => Run(new DeleteIdentity { Time = time, AccountId = "account", Kind = kind, Name = name }),
            2 => Run(new RenameIdentity { Time = time, AccountId = "account", Kind = kind, Name = name, NewName = other }),
            3 => Run(new CreateAccessKey { Time = time, Credential = NewCredential() with { PrincipalId = name }, Limit = 2 }),
            4 => Run(new PutAccount { Time = time, Account = new AccountRecord("account", name, Email: null) }),
            5 => Run(new RewrapCredential { Time = time, AccessKey = "AK" + random.Next(3), Before = new byte[] { 1 }, After = new byte[] { 2 } }),
            _ => Run(new ChangeIdentity
            {
                Time = time,
                AccountId = "account",
                Kind = kind,
                Name = name,
                Change = Pick<IdentityChange>(
                [
                    new SetInlinePolicy(other, other, 2),
                    new RemoveInlinePolicy(other),
                    new AttachPolicy("arn:" + other, other, 2),
                    new DetachPolicy("arn:" + other, other),
                    new JoinGroup(other, 2),
                    new LeaveGroup(other),
                    new SetDocument(other),
                    new SetRoleSettings(other, random.Next(2) == 0 ? null : random.Next(5)),
                    new SetIdentityTags([new(other, name)], 2),
                    new RemoveIdentityTags([other]),
                ]),
            }),
        };
    }

    private (string Name, Func<IMetadataStore, Task<string>> Execute) StoreKey(DateTimeOffset time)
    {
        var (id, key) = (random.Next(1, 4), new[] { (byte)random.Next(3) });
        return random.Next(2) == 0
            ? Run(new AddStoreKey { Time = time, Id = id, WrappedKey = key })
            : Run(new RewrapStoreKey { Time = time, Before = new StoreKeyRecord(id, new[] { (byte)random.Next(3) }), WrappedKey = key });
    }

    private CredentialRecord NewCredential()
        => new()
        {
            AccessKey = "AK" + random.Next(3),
            WrappedSecret = new[] { (byte)random.Next(256) },
            AccountId = "account",
            PrincipalId = "principal",
            DisplayName = Pick(Names),
        };

    private T Pick<T>(T[] items) => items[random.Next(items.Length)];
}
