using System.Globalization;

namespace BleepStore.Tests.Clients;

/// <summary>The clients that BleepStore is tried with.</summary>
internal static class ClientTable
{
    public static IReadOnlyList<Client> Clients { get; } =
    [
        new("aws", "/usr/bin/aws --version", "awscli (Debian)", """
            s3() { /usr/bin/aws --endpoint-url "$ENDPOINT" s3 "$@"; }
            api() { /usr/bin/aws --endpoint-url "$ENDPOINT" --output text s3api "$@"; }
            """),
        new("s3cmd", "s3cmd --version", "s3cmd", """
            printf '%s\n' '[default]' "access_key = $AWS_ACCESS_KEY_ID" "secret_key = $AWS_SECRET_ACCESS_KEY" \
                "host_base = $HOST" "host_bucket = $HOST" 'use_https = False' 'bucket_location = us-east-1' > "$HOME/.s3cfg"
            s3() { s3cmd --no-progress "$@"; }
            """),
        new("rclone", "rclone version", "rclone", """
            printf '%s\n' '[s3]' 'type = s3' 'provider = Other' 'region = us-east-1' 'force_path_style = true' "endpoint = $ENDPOINT" \
                "access_key_id = $AWS_ACCESS_KEY_ID" "secret_access_key = $AWS_SECRET_ACCESS_KEY" > "$HOME/rclone.conf"
            rc() { rclone --config "$HOME/rclone.conf" --retries 1 --low-level-retries 1 --s3-upload-cutoff 5Mi --s3-chunk-size 5Mi "$@"; }
            """),
        new("restic", "restic version", "restic", """
            export RESTIC_REPOSITORY="s3:$ENDPOINT/$BUCKET/repository" RESTIC_PASSWORD=correct-horse RESTIC_CACHE_DIR="$HOME/cache"
            """),
        new("boto3", "/usr/bin/python3 -c 'import boto3'", "python3-boto3", Boto3),
        new("boto3-tls", "/usr/bin/python3 -c 'import boto3'", "python3-boto3", Boto3) { OverTls = true },
        new("aws-sdk-js", "test -d \"$JS/node_modules/@aws-sdk/client-s3\" && node --version", NodePackages, """
            step() { node "$JS/aws-sdk-steps.mjs" "$@"; }
            """),
        new("minio-js", "test -d \"$JS/node_modules/minio\" && node --version", NodePackages, """
            step() { node "$JS/minio-steps.mjs" "$@"; }
            """),
        new("aws-sdk-ruby", "/usr/bin/ruby -e 'require \"aws-sdk-s3\"'", "ruby-aws-sdk-s3", """
            step() { /usr/bin/ruby "$SCRIPTS/aws_sdk_ruby_steps.rb" "$@"; }
            """),
        new("s3fs", "s3fs --version", "s3fs", $$"""
            {{SignedCurl}}
            printf '%s' "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" > "$HOME/.passwd-s3fs"
            chmod 600 "$HOME/.passwd-s3fs"
            # A step mounts the bucket for itself, so that nothing of an earlier one is cached; what it left open is written before it ends.
            mounted() {
                mkdir -p mnt
                s3fs "$BUCKET" mnt -o "url=$ENDPOINT,use_path_request_style,endpoint=us-east-1,multipart_size=5,retries=1"
                trap 'fusermount -u mnt || fusermount -uz mnt' EXIT
            }
            """) { IsForThisMachine = MayMount() },
        new("curl", "curl --aws-sigv4 aws:amz:us-east-1:s3 --version", "curl 7.75 or newer", SignedCurl),
    ];

    private const string NodePackages = "nodejs, and `npm ci` in BleepStore.Tests/Clients/js";

    private const string SignedCurl = """
        # curl 7.88 sends no x-amz-content-sha256 and signs the hash of nothing with -T.
        signed() {
            curl -sS --fail-with-body --max-time 60 --aws-sigv4 aws:amz:us-east-1:s3 \
                --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" -H 'x-amz-content-sha256: UNSIGNED-PAYLOAD' "$@"
        }
        """;

    private const string Boto3 = """
        step() { /usr/bin/python3 "$SCRIPTS/boto3_steps.py" "$@"; }
        """;

    // As root without the right to mount, as in many containers, nobody can; others mount by a program of the system.
    private static bool MayMount()
    {
        const int SystemAdministration = 21;
        var capabilities = File.ReadLines("/proc/self/status").First(line => line.StartsWith("CapEff:", StringComparison.Ordinal))["CapEff:".Length..];
        return File.Exists("/dev/fuse")
            && (Environment.UserName != "root" || ((ulong.Parse(capabilities.Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) >> SystemAdministration) & 1) == 1);
    }
}
