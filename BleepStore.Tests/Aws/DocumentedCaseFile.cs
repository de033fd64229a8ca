using System.Globalization;
using System.Text.RegularExpressions;
using BleepStore.Tests.Repository;

namespace BleepStore.Tests.Aws;

/// <summary>Reads the files below Golden/Aws; their README tells the format.</summary>
internal static partial class DocumentedCaseFile
{
    private const string Folder = "BleepStore.Tests/Golden/Aws";

    /// <summary>The cases of all files, in the order of files and lines.</summary>
    public static IReadOnlyList<DocumentedCase> ReadAll()
        => [.. RepositoryFiles.Find(".txt", Folder).Order(StringComparer.Ordinal).SelectMany(Read)];

    private static List<DocumentedCase> Read(string path)
    {
        var area = Path.GetFileNameWithoutExtension(path);
        var cases = new List<DocumentedCase>();
        Draft? draft = null;
        var number = 0;
        foreach (var line in File.ReadLines(path))
        {
            number++;
            try
            {
                if (line.StartsWith("## ", StringComparison.Ordinal))
                {
                    AddTo(cases, draft);
                    draft = new Draft(area, line[3..]);
                }
                else if (line.Length > 0 && !line.StartsWith('#'))
                {
                    (draft ?? throw new FormatException("A line before the first case.")).Read(line);
                }
                else
                {
                    draft?.EndRequest();
                }
            }
            catch (FormatException e)
            {
                throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"{path}:{number}: {e.Message}"), e);
            }
        }

        AddTo(cases, draft);
        return cases;
    }

    private static void AddTo(List<DocumentedCase> cases, Draft? draft)
    {
        if (draft is not null)
        {
            cases.Add(draft.ToCase());
        }
    }

    [GeneratedRegex("^((?<who>root|alice|bob|anonymous|presigned|form) )?(?<method>GET|HEAD|PUT|POST|DELETE|OPTIONS|PATCH) (?<target>[/*][^ ]*)( \\| (?<body>.*))?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex RequestLine();

    [GeneratedRegex("^(?<status>[0-9]{3})( (?<code>[A-Za-z0-9.]+))?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex StatusLine();

    [GeneratedRegex("^(?<name>[A-Za-z0-9-]+): ?(?<value>.*)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex HeaderLine();

    [GeneratedRegex("^(?<name>[A-Za-z0-9/]+) = ?(?<value>.*)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ElementLine();

    /// <summary>A case while its lines are read.</summary>
    private sealed class Draft(string area, string name)
    {
        private readonly List<DocumentedExchange> _exchanges = [];
        private readonly List<KeyValuePair<string, string>> _headers = [];
        private readonly List<KeyValuePair<string, string>> _elements = [];
        private readonly List<string> _body = [];
        private string? _page;
        private Match? _request;
        private Match? _status;
        private bool _isBody;

        public void Read(string line)
        {
            if (line.StartsWith("https://", StringComparison.Ordinal))
            {
                _page = line;
            }
            else if (line[0] == '>')
            {
                ReadRequest(line.Length > 2 ? line[2..] : "");
            }
            else if (line[0] == '<')
            {
                ReadAnswer(line.Length > 2 ? line[2..] : "");
            }
            else
            {
                throw new FormatException($"Neither a request nor an answer: {line}");
            }
        }

        /// <summary>An empty line: the next request line begins another exchange.</summary>
        public void EndRequest()
        {
            if (_request is not null && _status is null)
            {
                Add(expected: null);
            }
            else if (_status is not null)
            {
                AddAnswer();
            }
        }

        public DocumentedCase ToCase()
        {
            EndRequest();
            return new DocumentedCase(area, name, _page ?? throw new FormatException($"No page says: {name}"), [.. _exchanges]);
        }

        private void ReadRequest(string text)
        {
            if (RequestLine().Match(text) is { Success: true } match)
            {
                EndRequest();
                (_request, _isBody) = (match, false);
            }
            else if (_request is null || _status is not null)
            {
                throw new FormatException($"No request line: {text}");
            }
            else
            {
                ReadLine(text, HeaderLine(), _headers);
            }
        }

        private void ReadAnswer(string text)
        {
            if (_status is null)
            {
                var match = StatusLine().Match(text);
                if (_request is null || !match.Success)
                {
                    throw new FormatException($"No status line: {text}");
                }

                // What was gathered so far was of the request.
                Add(expected: null);
                (_status, _isBody) = (match, false);
            }
            else if (!_isBody && ElementLine().Match(text) is { Success: true } element)
            {
                _elements.Add(new(element.Groups["name"].Value, element.Groups["value"].Value));
            }
            else
            {
                ReadLine(text, HeaderLine(), _headers);
            }
        }

        private void ReadLine(string text, Regex header, List<KeyValuePair<string, string>> headers)
        {
            if (_isBody)
            {
                _body.Add(text);
            }
            else if (text.Length == 0)
            {
                _isBody = true;
            }
            else
            {
                var match = header.Match(text);
                headers.Add(match.Success ? new(match.Groups["name"].Value, match.Groups["value"].Value) : throw new FormatException($"No header: {text}"));
            }
        }

        private void Add(DocumentedAnswer? expected)
        {
            var who = _request!.Groups["who"].Value;
            var inline = _request.Groups["body"];
            _exchanges.Add(new DocumentedExchange(
                who.Length == 0 ? "root" : who,
                _request.Groups["method"].Value,
                _request.Groups["target"].Value,
                [.. _headers],
                inline.Success ? inline.Value : string.Join('\n', _body),
                expected));
            _request = null;
            Clear();
        }

        private void AddAnswer()
        {
            var code = _status!.Groups["code"];
            _exchanges[^1] = _exchanges[^1] with
            {
                Expected = new DocumentedAnswer(
                    int.Parse(_status.Groups["status"].Value, CultureInfo.InvariantCulture),
                    code.Success ? code.Value : null,
                    [.. _headers],
                    [.. _elements],
                    _isBody ? string.Join('\n', _body) : null),
            };
            _status = null;
            Clear();
        }

        private void Clear()
        {
            _headers.Clear();
            _elements.Clear();
            _body.Clear();
            _isBody = false;
        }
    }
}
