namespace BleepStore.Tests.Aws;

/// <summary>A behaviour that a page of AWS documents, as the requests that show it and the answers that the page promises.</summary>
/// <param name="Area">Name of its file below Golden/Aws.</param>
/// <param name="Name">A sentence that says what holds.</param>
/// <param name="Page">Address of the page it comes from.</param>
/// <param name="Exchanges">Requests in order.</param>
internal sealed record DocumentedCase(string Area, string Name, string Page, IReadOnlyList<DocumentedExchange> Exchanges);

/// <summary>One request of a case and what is expected of its answer.</summary>
/// <param name="Caller">Who sends it: root, alice, bob, anonymous, presigned for a URL of the root's, or form for a browser's form.</param>
/// <param name="Method">HTTP method.</param>
/// <param name="Target">Path and query, with placeholders.</param>
/// <param name="Headers">Request headers, with placeholders.</param>
/// <param name="Body">Request body, with placeholders.</param>
/// <param name="Expected">Null for a step that only has to succeed.</param>
internal sealed record DocumentedExchange(
    string Caller, string Method, string Target, IReadOnlyList<KeyValuePair<string, string>> Headers, string Body, DocumentedAnswer? Expected);

/// <summary>What a page promises of an answer; what it leaves open is not compared.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Code">Error code of the body; null for a success or where there is no body.</param>
/// <param name="Headers">Headers that must have these values.</param>
/// <param name="Elements">Elements of the body that must have these texts, by name or path.</param>
/// <param name="Body">The whole body, XML or text; null where it is not compared.</param>
internal sealed record DocumentedAnswer(
    int Status,
    string? Code,
    IReadOnlyList<KeyValuePair<string, string>> Headers,
    IReadOnlyList<KeyValuePair<string, string>> Elements,
    string? Body);
