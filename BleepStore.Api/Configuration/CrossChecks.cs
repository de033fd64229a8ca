using BleepStore.Api.Encryption;

namespace BleepStore.Api.Configuration;

/// <summary>The rules between keys: each value may be right by itself and the whole still wrong.</summary>
internal static class CrossChecks
{
    public static void Check(BleepStoreOptions options, SettingReader settings)
    {
        CheckListeners(options.Server, settings);
        CheckTls(options.Server, settings);
        CheckDomains(options.Server, settings);
        CheckDefaultCredentials(options, settings);
        CheckUsers(options.Auth, settings);
        CheckKmsKeys(options.Encryption, settings);
    }

    private static void CheckKmsKeys(EncryptionOptions encryption, SettingReader settings)
    {
        for (var index = 0; index < encryption.KmsKeys.Length; index++)
        {
            // Found by its own name as whoever stands before it would be.
            if (new KmsKeyRing(encryption.KmsKeys[..index]).Find(encryption.KmsKeys[index].Id) is not null)
            {
                settings.Refuse($"encryption.kms.keys.{index}.id", "names a key that stands above already.");
            }
        }
    }

    private static void CheckListeners(ServerOptions server, SettingReader settings)
    {
        if (server.Port != 0 && server.Port == server.AdminPort && server.Host == server.AdminHost)
        {
            settings.Refuse("server.admin_port", "must differ from server.port, or be off.");
        }
    }

    private static void CheckDomains(ServerOptions server, SettingReader settings)
    {
        foreach (var domain in server.WebsiteDomains.Where(domain => server.Domains.Contains(domain, StringComparer.OrdinalIgnoreCase)))
        {
            settings.Refuse("server.website_domains", $"must not name {domain}, which server.domains names: a host is either an S3 endpoint or a website.");
        }
    }

    private static void CheckTls(ServerOptions server, SettingReader settings)
    {
        if (server.TlsCertificate is null != server.TlsKey is null)
        {
            var (set, missing) = server.TlsCertificate is null ? ("server.tls.key", "server.tls.cert") : ("server.tls.cert", "server.tls.key");
            settings.Refuse(set, $"needs {missing} as well.");
        }
    }

    private static void CheckDefaultCredentials(BleepStoreOptions options, SettingReader settings)
    {
        var auth = options.Auth;
        var exposed = !ListenAddress.IsLoopback(options.Server.Host) ? "server.host"
            : options.Server.AdminPort is not null && !ListenAddress.IsLoopback(options.Server.AdminHost) ? "server.admin_host"
            : null;
        if (exposed is null || auth.AllowDefaultCredentials)
        {
            return;
        }

        if (auth.SecretKey == CredentialOptions.DefaultSecretKey)
        {
            settings.Refuse(
                exposed,
                "the well-known default credentials are accepted on loopback only; set auth.access_key and auth.secret_key "
                + "(BLEEPSTORE__AUTH__ACCESS_KEY, BLEEPSTORE__AUTH__SECRET_KEY), or auth.allow_default_credentials: true.");
        }

        foreach (var user in auth.Users.Where(user => user.SecretKey == CredentialOptions.DefaultSecretKey))
        {
            settings.Refuse($"{user.Entry}.secret_key", "must not be the well-known default secret when the server is not on loopback.", isSecret: true);
        }
    }

    private static void CheckUsers(CredentialOptions auth, SettingReader settings)
    {
        var accessKeys = new HashSet<string>(StringComparer.Ordinal) { auth.AccessKey };
        var accounts = new HashSet<string>(StringComparer.Ordinal) { auth.AccessKey };
        var emails = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var user in auth.Users)
        {
            if (!accessKeys.Add(user.AccessKey))
            {
                settings.Refuse($"{user.Entry}.access_key", "is used twice; each access key must be unique.");
            }
            else if (user.Account is null && !accounts.Add(user.Id))
            {
                settings.Refuse($"{user.Entry}.id", $"is an account already; to add a user to it set account: {user.Id}.");
            }
            else if (user.Email is not null && !emails.Add(user.Email))
            {
                settings.Refuse($"{user.Entry}.email", "is used twice; an address must name one account.");
            }
        }

        foreach (var user in auth.Users.Where(user => user.Account is null && !user.Policies.IsEmpty))
        {
            settings.Refuse($"{user.Entry}.policies", "are for users of an account; an account of its own has all rights in it.");
        }

        var names = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var user in auth.Users.Where(user => user.Account is not null))
        {
            var name = $"{user.Account}\n{user.Id}";
            if (!names.TryAdd(name, name) && names[name] != name)
            {
                settings.Refuse($"{user.Entry}.id", "is the name of another user but for the case of its letters, which does not tell users apart.");
            }
        }

        foreach (var user in auth.Users.Where(user => user.Account is not null && !accounts.Contains(user.Account)))
        {
            settings.Refuse($"{user.Entry}.account", $"must be the id of an account of this file, such as {auth.AccessKey}.");
        }
    }
}
