namespace BleepStore.Api.Policies;

/// <summary>What S3 wants of a bucket's policy beyond its grammar: resources of that bucket, and actions and conditions that can apply to them.</summary>
internal static class BucketPolicyRules
{
    /// <summary>S3's limit: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html</summary>
    public const int MaxBytes = 20 * 1024;

    private const string ArnPrefix = "arn:aws:s3:::";

    /// <summary>Refuses a policy that is none for this bucket.</summary>
    /// <exception cref="PolicyException">With S3's sentence.</exception>
    public static void Check(PolicyDocument document, string bucket)
    {
        foreach (var statement in document.Statements)
        {
            var targets = ActionTarget.None;
            foreach (var resource in statement.Resources?.Patterns ?? [])
            {
                var target = TargetOf(resource, bucket);
                targets |= target != ActionTarget.None ? target : throw new PolicyException("Policy has invalid resource");
            }

            CheckActions(statement, targets);
            CheckConditions(statement);
        }
    }

    /// <summary>Refuses a document above the limit; white space between its elements does not count.</summary>
    /// <exception cref="PolicyException">It is too large.</exception>
    public static void CheckSize(string text)
    {
        var (size, isInString) = (0, false);
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] == '"' || !char.IsWhiteSpace(text[at]) || isInString)
            {
                size += text[at] < 0x80 ? 1 : text[at] < 0x800 || char.IsSurrogate(text[at]) ? 2 : 3;
            }

            if (text[at] == '\\' && isInString)
            {
                at++;
                size++;
            }
            else if (text[at] == '"')
            {
                isInString = !isInString;
            }
        }

        if (size > MaxBytes)
        {
            throw new PolicyException("Policy exceeds the maximum allowed document size.");
        }
    }

    /// <summary>The ARN of a bucket, or of an object in it.</summary>
    public static string Arn(string bucket, string? key) => key is null ? ArnPrefix + bucket : $"{ArnPrefix}{bucket}/{key}";

    // Whether a resource can name the bucket, objects in it, or both.
    private static ActionTarget TargetOf(PolicyPattern resource, string bucket)
    {
        if (resource.Source == "*")
        {
            return ActionTarget.Bucket | ActionTarget.Object;
        }

        if (!resource.Source.StartsWith(ArnPrefix, StringComparison.Ordinal))
        {
            return ActionTarget.None;
        }

        var name = resource.Source[ArnPrefix.Length..];
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        var bucketPart = slash < 0 ? name : name[..slash];
        var isMatch = PolicyPattern.Compile(bucketPart, withVariables: false, withWildcards: true).Matches(bucket, NoConditionKeys.Instance);
        return (isMatch, slash >= 0) switch
        {
            (true, true) => ActionTarget.Object,
            (true, false) when bucketPart.EndsWith('*') => ActionTarget.Bucket | ActionTarget.Object,
            (true, false) => ActionTarget.Bucket,
            _ => ActionTarget.None,
        };
    }

    private static void CheckActions(PolicyStatement statement, ActionTarget targets)
    {
        if (statement.Actions.IsNegated || statement.Resources is not { IsNegated: false })
        {
            return;
        }

        foreach (var action in statement.Actions.Patterns)
        {
            if (action.Source != "*" && ((S3Actions.TargetsOf(action) ?? ActionTarget.None) & targets) == ActionTarget.None)
            {
                throw new PolicyException("Action does not apply to any resource(s) in statement");
            }
        }
    }

    private static void CheckConditions(PolicyStatement statement)
    {
        if (!statement.Actions.IsNegated
            && statement.Conditions.Any(condition => ConditionKey.IsOfListing(condition.Key))
            && !statement.Actions.Patterns.Any(action => action.Matches("s3:ListBucket", NoConditionKeys.Instance)
                || action.Matches("s3:ListBucketVersions", NoConditionKeys.Instance)))
        {
            throw new PolicyException("Conditions do not apply to combination of actions and resources in statement");
        }
    }
}
