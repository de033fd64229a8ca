namespace BleepStore.Api.Policies;

/// <summary>What a kind of policy may say, and the sentences that AWS refuses it with: S3's for a bucket's, IAM's for all others.</summary>
internal sealed class PolicyWords(PolicyKind kind)
{
    private const string NoJsonSentence = "This policy contains invalid Json";

    private readonly bool _isBucket = kind == PolicyKind.Bucket;

    public PolicyKind Kind => kind;

    public PolicyException NoObject()
    {
        const string sentence = "Policies must be valid JSON and the first byte must be '{'";
        return kind == PolicyKind.Trust ? new(NoJsonSentence, sentence) : Say(sentence);
    }

    public PolicyException NoJson(Exception inner)
        => _isBucket ? new(NoJsonSentence, detail: null, inner)
            : kind == PolicyKind.Trust ? new(NoJsonSentence, inner.Message, inner)
            : new("Syntax errors in policy.", inner.Message, inner);

    public PolicyException NoVersion() => Say("The policy must contain a valid version string");

    public PolicyException NoStatement() => Say("Could not parse the policy: Statement is empty!");

    public PolicyException NoEffect(string text) => Say("Invalid effect: " + text);

    public PolicyException NoOperator(string name) => Say("Invalid Condition type : " + name);

    public PolicyException NoValue(string text) => Say("Invalid Condition value : " + text);

    public PolicyException Unknown(string field) => Say("Unknown field " + field);

    public PolicyException Syntax() => Say("Invalid policy syntax.");

    public PolicyException Missing(string field) => _isBucket ? new("Missing required field " + field) : field switch
    {
        "Action" => new("Policy statement must contain actions."),
        "Resource" => new("Policy statement must contain resources."),
        _ => Syntax(),
    };

    /// <summary>Refuses what is no action at all.</summary>
    public void CheckAction(string text)
    {
        if (_isBucket)
        {
            var isKnown = text == "*" || (text.StartsWith("s3:", StringComparison.OrdinalIgnoreCase)
                && S3Actions.TargetsOf(PolicyPattern.Compile(text, withVariables: false, withWildcards: true, ignoreCase: true)) is not null);
            if (!isKnown)
            {
                throw new PolicyException("Policy has invalid action");
            }
        }
        else if (kind == PolicyKind.Trust && !text.StartsWith("sts:", StringComparison.OrdinalIgnoreCase))
        {
            throw new PolicyException("AssumeRole policy may only specify STS AssumeRole actions.");
        }
        else if (text != "*" && text.IndexOf(':', StringComparison.Ordinal) < 1)
        {
            throw new PolicyException("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.");
        }
    }

    /// <summary>Refuses what is no resource at all; whether it is of the right bucket is not decided here.</summary>
    public void CheckResource(string text)
    {
        if (text == "*" || text.StartsWith("arn:", StringComparison.Ordinal))
        {
            return;
        }

        throw new PolicyException(_isBucket ? "Policy has invalid resource" : $"Resource {text} must be in ARN format or \"*\".");
    }

    /// <summary>Refuses keys that no request could ever have, so that a misspelt condition is not a wide open one.</summary>
    public void CheckConditionKey(string normalized)
    {
        if (_isBucket && !ConditionKey.IsKnown(normalized))
        {
            throw new PolicyException("Policy has an invalid condition key");
        }

        if (!_isBucket && normalized.IndexOf(':', StringComparison.Ordinal) < 1)
        {
            throw new PolicyException("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.");
        }
    }

    /// <summary>IAM wants statement ids of letters and digits, each once.</summary>
    public void CheckSids(IEnumerable<string?> sids)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var sid in sids.Where(sid => !string.IsNullOrEmpty(sid)).OfType<string>())
        {
            if (!_isBucket && !sid.All(char.IsAsciiLetterOrDigit))
            {
                throw new PolicyException("Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*");
            }

            if (!seen.Add(sid) && !_isBucket)
            {
                throw new PolicyException("Statement IDs (SID) in a single policy must be unique.");
            }
        }
    }

    private PolicyException Say(string sentence) => _isBucket ? new(sentence) : new("Syntax errors in policy.", sentence);
}
