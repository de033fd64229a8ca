using System.Text;
using BleepStore.Api.Operations;
using BleepStore.Api.Policies;
using BleepStore.Tests.Api;
using BleepStore.Tests.Golden;

namespace BleepStore.Tests.Access;

/// <summary>Which actions on which resources each operation needs, and that it needs them: no more, no less.</summary>
public sealed class ActionTableTests : IAsyncLifetime
{
    private readonly AttackHost _attack = new();

    public ValueTask InitializeAsync() => _attack.InitializeAsync();

    public ValueTask DisposeAsync() => _attack.DisposeAsync();

    [Fact]
    public async Task The_actions_of_all_operations_are_as_recorded()
    {
        var samples = await SampleRequests.PrepareAsync(_attack, S3TestHost.Alice, "actions");
        var table = new StringBuilder("# What each operation needs: action, resource, and the permission of a list that grants it. Then the actions that headers need.\n");
        foreach (var definition in S3Operations.All.Select(route => route.Definition))
        {
            table.Append($"{definition.Name}:");
            foreach (var demand in Demands(samples, definition))
            {
                var kind = demand.Resource == S3Resource.Service ? ActionTarget.None : demand.Key is null ? ActionTarget.Bucket : ActionTarget.Object;
                kind = demand.Action == "s3:CreateBucket" ? ActionTarget.Bucket

                    // The keys of a batch stand in its document, that of a form among its fields.
                    : demand.IsPerKey || definition.TakesForm ? ActionTarget.Object
                    : kind;
                S3Actions.All[demand.Action].ShouldBe(kind, demand.Action);
                table.Append($" {demand.Action} {BucketPolicyRules.Arn(demand.Bucket ?? "*", demand.Key)} {demand.Permission?.ToString() ?? "-"}");
            }

            foreach (var (header, action, _) in definition.HeaderActions)
            {
                S3Actions.All[action].ShouldBe(definition.Resource == S3Resource.Bucket && !definition.TakesForm ? ActionTarget.Bucket : ActionTarget.Object);
                table.Append($"; {header} {action}");
            }

            table.Append('\n');
        }

        GoldenFile.ShouldMatch("actions.txt", table.ToString());
    }

    [Theory]
    [MemberData(nameof(SampleRequests.Names), MemberType = typeof(SampleRequests))]
    public async Task A_user_needs_every_one_of_them_and_no_other(string operation)
    {
        var definition = SampleRequests.Definition(operation);
        var samples = await SampleRequests.PrepareAsync(_attack, S3TestHost.Alice, "needed");
        if (operation == "DeleteBucket")
        {
            await _attack.MustAsync(S3TestHost.Alice, "DELETE", $"/{samples.Bucket}/{samples.Key}");
        }

        var actions = Demands(samples, definition).Select(demand => demand.Action).Distinct().ToList();
        foreach (var missing in actions)
        {
            // Without it, or with it denied by either side.
            await ExpectAsync(samples, definition, isAllowed: false, [.. actions.Where(action => action != missing).Select(action => Statement("Allow", action))]);
            await ExpectAsync(samples, definition, isAllowed: false, Statement("Allow", "s3:*"), Statement("Deny", missing));
        }

        await ExpectAsync(samples, definition, isAllowed: false, "{'Effect':'Allow','NotAction':['" + string.Join("','", actions) + "'],'Resource':'*'}");
        await ExpectAsync(samples, definition, isAllowed: true, [.. actions.Select(action => Statement("Allow", action))]);
    }

    private async Task ExpectAsync(SampleRequests samples, S3OperationDefinition definition, bool isAllowed, params string[] identity)
    {
        _attack.Policies.Set(AttackHost.Powerless, identity);
        var answer = await _attack.CallAsync(AttackHost.Powerless, samples.Of(_attack, definition));
        var isDenied = answer.Status == 403 || answer.Text.Contains("<Code>AccessDenied</Code>", StringComparison.Ordinal);
        isDenied.ShouldBe(!isAllowed, $"{definition.Name} with {string.Join(' ', identity)}: {answer.Status} {answer.Text}");
        if (isAllowed)
        {
            answer.Status.ShouldBe(definition.SuccessStatus, answer.Text);
        }
    }

    private System.Collections.Immutable.ImmutableArray<Demand> Demands(SampleRequests samples, S3OperationDefinition definition) => definition.Demands(samples.Of(_attack, definition).ToIncoming());

    private static string Statement(string effect, string action) => $"{{'Effect':'{effect}','Action':'{action}','Resource':'*'}}";
}
