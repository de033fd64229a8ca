using System.Globalization;
using BleepStore.Api.Auth;
using BleepStore.Tests.Http;

namespace BleepStore.Tests.Fuzz;

/// <summary>A request, and what the model says of its answer.</summary>
/// <param name="Operation">AWS name of the operation.</param>
/// <param name="Request">Unsigned.</param>
/// <param name="Caller">Who sends it; null for nobody.</param>
/// <param name="Status">The status to come; 0 where nothing is predicted but that the server does not fail.</param>
/// <param name="Code">The error code to come; null for a success.</param>
internal sealed record FuzzStep(string Operation, TestRequest Request, Credential? Caller, int Status, string? Code = null)
{
    /// <summary>What else is wrong with an answer of the right status, and what a success changes in the model; null for nothing.</summary>
    public Func<RawResponse, string?> Check { get; init; } = _ => null;

    /// <summary>The difference between answer and model; null when there is none.</summary>
    public string? FindDifference(RawResponse response)
    {
        // 501 and 507 are refusals by design.
        if (response.Status is >= 500 and not (501 or 507))
        {
            return "the server failed";
        }

        if (Status == 0)
        {
            return null;
        }

        var code = Request.Method == "HEAD" || response.Status < 300 ? null : response.ErrorCode;
        return response.Status != Status || code != (Request.Method == "HEAD" ? null : Code)
            ? string.Create(CultureInfo.InvariantCulture, $"{Status} {Code} was predicted, {response.Status} {code} came")
            : Check(response);
    }
}
