namespace BleepStore.Api.OpenApi;

/// <summary>Our page around Swagger UI: no inline script, so that a strict content security policy holds.</summary>
internal static class SwaggerPage
{
    public const string Html =
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
          <meta charset="utf-8">
          <meta name="viewport" content="width=device-width, initial-scale=1">
          <title>BleepStore S3-Compatible API</title>
          <link rel="stylesheet" href="/docs/swagger-ui.css">
          <link rel="icon" type="image/png" href="/docs/favicon-32x32.png" sizes="32x32">
        </head>
        <body>
          <div id="swagger-ui"></div>
          <script src="/docs/swagger-ui-bundle.js"></script>
          <script src="/docs/start.js"></script>
        </body>
        </html>

        """;

    /// <summary>
    /// Starts Swagger UI to read only. It cannot sign, and it would drop the fragment that tells operations apart: trying out
    /// "DELETE /{bucket}/{key}#tagging" would delete the object.
    /// </summary>
    public const string Script =
        """
        SwaggerUIBundle({
          url: '/openapi.json',
          dom_id: '#swagger-ui',
          deepLinking: true,
          displayOperationId: true,
          defaultModelsExpandDepth: 0,
          supportedSubmitMethods: [],
          validatorUrl: null,
          presets: [SwaggerUIBundle.presets.apis],
          layout: 'BaseLayout'
        });

        """;
}
