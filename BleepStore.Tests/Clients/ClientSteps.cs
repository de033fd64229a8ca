namespace BleepStore.Tests.Clients;

/// <summary>The table of what each client does, in order; a later step may use what an earlier one stored.</summary>
internal static class ClientSteps
{
    public static IReadOnlyList<ClientStep> All { get; } =
    [
        new("aws", "make a bucket", """
            s3 mb "s3://$BUCKET"
            s3 ls | has "$BUCKET"
            api head-bucket --bucket "$BUCKET"
            equal None "$(api get-bucket-location --bucket "$BUCKET")"
            """),
        new("aws", "sync a tree of awkward names up", """
            s3 sync --only-show-errors "$TREE" "s3://$BUCKET/tree/"
            equal "" "$(s3 sync "$TREE" "s3://$BUCKET/tree/")"
            """),
        new("aws", "sync it down and compare the bytes", """
            s3 sync --only-show-errors "s3://$BUCKET/tree/" down
            same_tree "$TREE" down
            """),
        new("aws", "list, in pages and with a delimiter", """
            equal "$TREE_FILES" "$(s3 ls --recursive "s3://$BUCKET/tree/" | wc -l)"
            equal "$TREE_FILES" "$(api list-objects-v2 --bucket "$BUCKET" --prefix tree/ --page-size 5 --query 'Contents[].[Key]' | wc -l)"
            equal "$TREE_FILES" "$(api list-objects --bucket "$BUCKET" --prefix tree/ --page-size 7 --query 'Contents[].[Key]' | wc -l)"
            api list-objects-v2 --bucket "$BUCKET" --prefix tree/ --delimiter / --query 'CommonPrefixes[].[Prefix]' \
                | has 'tree/directory with space/'
            """),
        new("aws", "copy and move objects with awkward names", """
            for name in 'literal%2Fslash.txt' 'plus+plus.txt' 'emoji 😀🪣.txt' 'a..b' 'empty'; do
                s3 cp --only-show-errors "s3://$BUCKET/tree/$name" "s3://$BUCKET/copy/$name"
                s3 mv --only-show-errors "s3://$BUCKET/copy/$name" "s3://$BUCKET/moved/$name+"
                s3 cp --only-show-errors "s3://$BUCKET/moved/$name+" "$PWD/moved"
                same "$TREE/$name" moved
            done
            equal "" "$(s3 ls "s3://$BUCKET/copy/" || true)"
            """),
        new("aws", "multipart objects: ETag, ranges, parts", """
            s3 cp --only-show-errors "$BIG" "s3://$BUCKET/big" --metadata colour=blue --content-type text/x-big
            api head-object --bucket "$BUCKET" --key big --query ETag | has '-2"'
            api get-object --bucket "$BUCKET" --key big --range bytes=8388600-8388700 range > /dev/null
            same range <(slice "$BIG" 8388600 101)
            equal 2 "$(api get-object --bucket "$BUCKET" --key big --part-number 2 part --query PartsCount)"
            same part <(tail -c +8388609 "$BIG")
            """),
        new("aws", "multipart copy keeps metadata and tags", """
            api put-object-tagging --bucket "$BUCKET" --key big --tagging 'TagSet=[{Key=stage,Value=raw + new:/@}]'
            s3 cp --only-show-errors "s3://$BUCKET/big" "s3://$BUCKET/big-copy"
            equal $'text/x-big\tblue' "$(api head-object --bucket "$BUCKET" --key big-copy --query '[ContentType,Metadata.colour]')"
            api get-object-tagging --bucket "$BUCKET" --key big-copy | has 'raw + new:/@'
            s3 cp --only-show-errors "s3://$BUCKET/big-copy" - | cmp - "$BIG"
            """),
        new("aws", "multipart by hand, with a copied part, and an abort", """
            upload=$(api create-multipart-upload --bucket "$BUCKET" --key 'by hand' --query UploadId)
            first=$(api upload-part-copy --bucket "$BUCKET" --key 'by hand' --upload-id "$upload" --part-number 1 \
                --copy-source "$BUCKET/big" --copy-source-range bytes=0-6291455 --query CopyPartResult.ETag)
            second=$(api upload-part --bucket "$BUCKET" --key 'by hand' --upload-id "$upload" --part-number 7 \
                --body "$TREE/plain.txt" --query ETag)
            equal 2 "$(api list-parts --bucket "$BUCKET" --key 'by hand' --upload-id "$upload" --query 'length(Parts)')"
            api list-multipart-uploads --bucket "$BUCKET" | has "$upload"
            api complete-multipart-upload --bucket "$BUCKET" --key 'by hand' --upload-id "$upload" \
                --multipart-upload "Parts=[{PartNumber=1,ETag=${first//\"/}},{PartNumber=7,ETag=${second//\"/}}]"
            s3 cp --only-show-errors "s3://$BUCKET/by hand" - | cmp - <(head -c 6291456 "$BIG"; cat "$TREE/plain.txt")
            upload=$(api create-multipart-upload --bucket "$BUCKET" --key gone --query UploadId)
            api abort-multipart-upload --bucket "$BUCKET" --key gone --upload-id "$upload"
            refused NoSuchUpload api list-parts --bucket "$BUCKET" --key gone --upload-id "$upload"
            """),
        new("aws", "presigned GET", """
            for name in 'plain.txt' 'plus+plus.txt' 'literal%2Fslash.txt' 'ümläut ß é.txt'; do
                fetch -o presigned "$(s3 presign --expires-in 60 "s3://$BUCKET/tree/$name")"
                same "$TREE/$name" presigned
            done
            url=$(s3 presign "s3://$BUCKET/tree/plain.txt")
            equal 403 "$(anonymous "${url/plain.txt/empty}")"
            """),
        new("aws", "ACLs of object and bucket decide what the public may do", """
            equal 403 "$(anonymous "$ENDPOINT/$BUCKET/tree/plain.txt")"
            api put-object-acl --bucket "$BUCKET" --key tree/plain.txt --acl public-read
            api get-object-acl --bucket "$BUCKET" --key tree/plain.txt | has http://acs.amazonaws.com/groups/global/AllUsers
            equal 200 "$(anonymous "$ENDPOINT/$BUCKET/tree/plain.txt")"
            equal 403 "$(anonymous "$ENDPOINT/$BUCKET")"
            api put-bucket-acl --bucket "$BUCKET" --acl public-read
            api get-bucket-acl --bucket "$BUCKET" | has http://acs.amazonaws.com/groups/global/AllUsers
            equal 200 "$(anonymous "$ENDPOINT/$BUCKET")"
            equal 403 "$(anonymous -X PUT --data-binary x "$ENDPOINT/$BUCKET/by-nobody")"
            api put-bucket-acl --bucket "$BUCKET" --acl private
            api put-object-acl --bucket "$BUCKET" --key tree/plain.txt --acl private
            equal 403 "$(anonymous "$ENDPOINT/$BUCKET/tree/plain.txt")"
            """),
        new("aws", "tags: put, get, delete", """
            api put-object-tagging --bucket "$BUCKET" --key tree/plain.txt --tagging 'TagSet=[{Key=a,Value=1},{Key=b,Value=ü}]'
            equal 2 "$(api get-object-tagging --bucket "$BUCKET" --key tree/plain.txt --query 'length(TagSet)')"
            equal 2 "$(api get-object --bucket "$BUCKET" --key tree/plain.txt --query TagCount tagged)"
            api delete-object-tagging --bucket "$BUCKET" --key tree/plain.txt
            equal 0 "$(api get-object-tagging --bucket "$BUCKET" --key tree/plain.txt --query 'length(TagSet)')"
            """),
        new("aws", "checksums are kept; a wrong digest stores nothing", """
            for algorithm in CRC32 SHA1 SHA256; do
                api put-object --bucket "$BUCKET" --key summed --body "$TREE/plain.txt" --checksum-algorithm $algorithm
                api head-object --bucket "$BUCKET" --key summed --checksum-mode ENABLED --output json | has "\"Checksum$algorithm\""
                api get-object --bucket "$BUCKET" --key summed --checksum-mode ENABLED summed > /dev/null
                same "$TREE/plain.txt" summed
            done
            refused BadDigest api put-object --bucket "$BUCKET" --key wrong --body "$TREE/plain.txt" --content-md5 1B2M2Y8AsgTpgAmY7PhCfg==
            refused 404 api head-object --bucket "$BUCKET" --key wrong
            """),
        new("aws", "conditional reads and absent keys", """
            etag=$(api head-object --bucket "$BUCKET" --key tree/plain.txt --query ETag)
            refused 304 api get-object --bucket "$BUCKET" --key tree/plain.txt --if-none-match "$etag" unused
            refused 412 api head-object --bucket "$BUCKET" --key tree/plain.txt --if-match '"other"'
            refused NoSuchKey api get-object --bucket "$BUCKET" --key absent unused
            refused NoSuchBucket api list-objects-v2 --bucket "$BUCKET-absent"
            """),
        new("aws", "streams of unknown length", """
            s3 cp --only-show-errors - "s3://$BUCKET/streamed" < "$BIG"
            s3 cp --only-show-errors "s3://$BUCKET/streamed" - | cmp - "$BIG"
            """),
        new("aws", "sync mirrors what was deleted", """
            rm -r -- down/deep 'down/emoji 😀🪣.txt'
            s3 sync --only-show-errors --delete down "s3://$BUCKET/tree/"
            equal $((TREE_FILES - 2)) "$(s3 ls --recursive "s3://$BUCKET/tree/" | wc -l)"
            """),
        new("aws", "delete objects and remove the bucket", """
            api delete-object --bucket "$BUCKET" --key never-was
            api delete-objects --bucket "$BUCKET" --delete 'Objects=[{Key=streamed},{Key=tree/a..b},{Key=never-was}]' | has streamed
            refused BucketNotEmpty s3 rb "s3://$BUCKET"
            s3 rm --recursive --only-show-errors "s3://$BUCKET/tree/"
            s3 rb --force "s3://$BUCKET" > /dev/null
            s3 ls | has_not "$BUCKET"
            """),

        new("s3cmd", "make a bucket", """
            s3 mb "s3://$BUCKET"
            s3 ls | has "s3://$BUCKET"
            """),
        new("s3cmd", "sync a tree of awkward names up, the big file in parts", """
            s3 sync --multipart-chunk-size-mb=5 "$TREE/" "s3://$BUCKET/tree/"
            """),
        new("s3cmd", "sync it down and compare the bytes", """
            mkdir down
            s3 sync "s3://$BUCKET/tree/" down/
            same_tree "$TREE" down
            """),
        new("s3cmd", "list and sum", """
            equal "$TREE_FILES" "$(s3 ls --recursive "s3://$BUCKET/tree/" | wc -l)"
            s3 ls "s3://$BUCKET/tree/" | has 'tree/directory with space/'
            s3 du "s3://$BUCKET/tree/" | has " $TREE_FILES objects"
            """),
        new("s3cmd", "put, info, get", """
            s3 put --add-header=x-amz-meta-colour:blue --mime-type=text/x-test "$TREE/plus+plus.txt" "s3://$BUCKET/put+%2F.txt"
            s3 info "s3://$BUCKET/put+%2F.txt" > info
            has 'text/x-test' < info
            has 'x-amz-meta-colour: blue' < info
            s3 info "s3://$BUCKET" | has "s3://$BUCKET"
            s3 get "s3://$BUCKET/put+%2F.txt" got
            same "$TREE/plus+plus.txt" got
            """),
        new("s3cmd", "copy, move, change the metadata", """
            s3 cp "s3://$BUCKET/put+%2F.txt" "s3://$BUCKET/copied &.txt"
            s3 mv "s3://$BUCKET/copied &.txt" "s3://$BUCKET/moved 😀.txt"
            s3 modify --add-header=x-amz-meta-shape:round "s3://$BUCKET/moved 😀.txt"
            s3 info "s3://$BUCKET/moved 😀.txt" | has 'x-amz-meta-shape: round'
            s3 get "s3://$BUCKET/moved 😀.txt" moved
            same "$TREE/plus+plus.txt" moved
            s3 ls "s3://$BUCKET/" | has_not 'copied'
            """),
        new("s3cmd", "ACLs by sharing", """
            s3 setacl --acl-public "s3://$BUCKET/moved 😀.txt"
            equal 200 "$(anonymous "$ENDPOINT/$BUCKET/moved%20%F0%9F%98%80.txt")"
            s3 setacl --acl-private "s3://$BUCKET/moved 😀.txt"
            equal 403 "$(anonymous "$ENDPOINT/$BUCKET/moved%20%F0%9F%98%80.txt")"
            """),
        new("s3cmd", "signed link", """
            fetch -o linked "$(s3 signurl "s3://$BUCKET/tree/plain.txt" +60)"
            same "$TREE/plain.txt" linked
            """),
        new("s3cmd", "see and abort an upload that was left open", """
            equal "" "$(s3 multipart "s3://$BUCKET" | grep -F 'tree/' || true)"
            """),
        new("s3cmd", "delete objects and remove the bucket", """
            s3 del "s3://$BUCKET/put+%2F.txt"
            s3 del --recursive --force "s3://$BUCKET/tree/"
            equal "" "$(s3 ls --recursive "s3://$BUCKET/tree/")"
            s3 rb --recursive --force "s3://$BUCKET"
            s3 ls | has_not "$BUCKET"
            """),

        new("rclone", "make a bucket", """
            rc mkdir "s3:$BUCKET"
            rc lsd s3: | has "$BUCKET"
            """),
        new("rclone", "sync a tree of awkward names up, the big file in parts", """
            rc sync "$TREE" "s3:$BUCKET/tree"
            rc check "$TREE" "s3:$BUCKET/tree"
            """),
        new("rclone", "sync it down and compare the bytes", """
            rc sync "s3:$BUCKET/tree" down
            same_tree "$TREE" down
            """),
        new("rclone", "a second sync has nothing to do, for the times are kept", """
            rc sync -v --use-json-log "$TREE" "s3:$BUCKET/tree" 2> log
            has_not Copied < log
            """),
        new("rclone", "list, sum, hash", """
            equal "$TREE_FILES" "$(rc lsf -R --files-only "s3:$BUCKET/tree" | wc -l)"
            rc size "s3:$BUCKET/tree" | has "$TREE_FILES"
            rc md5sum "s3:$BUCKET/tree" | has "$(md5sum < "$TREE/plain.txt" | cut -d' ' -f1)"
            """),
        new("rclone", "copy and move in the store", """
            rc copy "s3:$BUCKET/tree" "s3:$BUCKET/copy"
            rc check "$TREE" "s3:$BUCKET/copy"
            rc moveto "s3:$BUCKET/copy/literal%2Fslash.txt" "s3:$BUCKET/copy/moved ü+.txt"
            rc cat "s3:$BUCKET/copy/moved ü+.txt" | cmp - "$TREE/literal%2Fslash.txt"
            """),
        new("rclone", "multipart copy in the store", """
            rc --s3-copy-cutoff 5Mi copyto "s3:$BUCKET/tree/$(basename "$BIG")" "s3:$BUCKET/big-copy"
            rc cat "s3:$BUCKET/big-copy" | cmp - "$BIG"
            """),
        new("rclone", "streams, ranges, links", """
            rc rcat "s3:$BUCKET/streamed" < "$BIG"
            rc cat --offset 1000 --count 50 "s3:$BUCKET/streamed" | cmp - <(slice "$BIG" 1000 50)
            fetch -o linked "$(rc link --expire 1m "s3:$BUCKET/streamed")"
            same "$BIG" linked
            """),
        new("rclone", "delete and remove the bucket", """
            rc cleanup "s3:$BUCKET"
            rc deletefile "s3:$BUCKET/streamed"
            rc purge "s3:$BUCKET"
            rc lsd s3: | has_not "$BUCKET"
            """),

        new("restic", "init", "restic -q init"),
        new("restic", "backup and back up again", """
            restic -q backup "$TREE"
            echo changed > "$TREE/plain.txt"
            restic -q backup "$TREE"
            equal 2 "$(restic snapshots --json | grep -o '"short_id"' | wc -l)"
            """),
        new("restic", "check all data", "restic -q check --read-data"),
        new("restic", "restore and compare the bytes", """
            restic -q restore latest --target restored
            same_tree "$TREE" "restored$TREE"
            """),
        new("restic", "forget and prune", """
            restic -q forget --keep-last 1 --prune
            equal 1 "$(restic snapshots --json | grep -o '"short_id"' | wc -l)"
            restic -q check --read-data
            """),

        .. Boto3Steps("boto3"),
        .. Boto3Steps("boto3-tls"),

        new("aws-sdk-js", "make a bucket", "step bucket"),
        new("aws-sdk-js", "store and fetch the tree of awkward names", "step tree && same_tree \"$TREE\" down"),
        new("aws-sdk-js", "streams with checksum trailers", "step trailers"),
        new("aws-sdk-js", "every checksum algorithm; a wrong one stores nothing", "step checksums"),
        new("aws-sdk-js", "multipart through lib-storage", "step multipart"),
        new("aws-sdk-js", "conditional writes", "step conditions"),
        new("aws-sdk-js", "copy, tags and metadata", "step copy"),
        new("aws-sdk-js", "presigned GET and PUT", "step presigned"),
        new("aws-sdk-js", "forms under a policy", "step forms"),
        new("aws-sdk-js", "ACLs", "step acl"),
        new("aws-sdk-js", "list in pages", "step list"),
        new("aws-sdk-js", "delete objects and remove the bucket", "step remove"),

        new("minio-js", "make a bucket", "step bucket"),
        new("minio-js", "store and fetch the tree of awkward names", "step tree && same_tree \"$TREE\" down"),
        new("minio-js", "list, stat, range", "step list"),
        new("minio-js", "multipart by parts of 5 MiB and composed in the store", "step multipart"),
        new("minio-js", "copy and tags", "step copy"),
        new("minio-js", "presigned GET and PUT", "step presigned"),
        new("minio-js", "delete objects and remove the bucket", "step remove"),

        new("aws-sdk-ruby", "make a bucket", "step bucket"),
        new("aws-sdk-ruby", "store and fetch the tree of awkward names", "step tree && same_tree \"$TREE\" down"),
        new("aws-sdk-ruby", "multipart: files, streams, ranges, copies", "step multipart"),
        new("aws-sdk-ruby", "presigned GET and PUT, and a form", "step presigned"),
        new("aws-sdk-ruby", "bytes that the client encrypts", "step encrypted"),
        new("aws-sdk-ruby", "list in pages, waiters, refusals", "step listing"),
        new("aws-sdk-ruby", "delete objects and remove the bucket", "step remove"),

        new("s3fs", "mount a bucket and store the tree of awkward names", """
            signed -X PUT "$ENDPOINT/$BUCKET"
            mounted
            cp -r "$TREE" mnt/tree
            same_tree "$TREE" mnt/tree
            """),
        new("s3fs", "mount it again and compare the bytes", """
            mounted
            same_tree "$TREE" mnt/tree
            equal "$TREE_FILES" "$(find mnt/tree -type f | wc -l)"
            """),
        new("s3fs", "change the middle of a large file, append, truncate", """
            mounted
            cp "$BIG" changed
            cp "$BIG" mnt/changed
            for file in changed mnt/changed; do
                dd if="$TREE/plain.txt" of="$file" bs=64 seek=110000 conv=notrunc status=none
                cat "$TREE/plain.txt" >> "$file"
            done
            cmp changed mnt/changed
            truncate -s 9000000 changed mnt/changed
            cmp changed mnt/changed
            """),
        new("s3fs", "rename files and directories, modes, links", """
            mounted
            cmp changed mnt/changed
            mkdir -p 'mnt/a directory/below'
            mv mnt/changed 'mnt/a directory/below/ü+%2F'
            mv 'mnt/a directory' mnt/renamed
            cmp changed 'mnt/renamed/below/ü+%2F'
            chmod 640 'mnt/renamed/below/ü+%2F'
            equal '640 9000000' "$(stat -c '%a %s' 'mnt/renamed/below/ü+%2F')"
            ln -s renamed mnt/link
            equal renamed "$(readlink mnt/link)"
            equal 'link renamed tree' "$(ls -x mnt | xargs)"
            """),
        new("s3fs", "remove everything, and the bucket", """
            (mounted; rm -r mnt/*)
            equal 0 "$(signed "$ENDPOINT/$BUCKET?list-type=2" | grep -c '<Key>' || true)"
            signed -X DELETE "$ENDPOINT/$BUCKET"
            """),

        new("curl", "make a bucket", "signed -X PUT \"$ENDPOINT/$BUCKET\""),
        new("curl", "put and get", """
            signed -T "$BIG" "$ENDPOINT/$BUCKET/big"
            signed -o got "$ENDPOINT/$BUCKET/big"
            same "$BIG" got
            signed --data-binary "@$TREE/plus+plus.txt" -X PUT -H 'Content-Type: text/x-test' "$ENDPOINT/$BUCKET/a%20b%2Bc%252F%F0%9F%98%80"
            signed -D headers -o got "$ENDPOINT/$BUCKET/a%20b%2Bc%252F%F0%9F%98%80"
            same "$TREE/plus+plus.txt" got
            grep -qi '^content-type: text/x-test' headers || fail "$(cat headers)"
            """),
        new("curl", "Expect: 100-continue is answered", """
            signed -v -H 'Expect: 100-continue' -T "$BIG" "$ENDPOINT/$BUCKET/expected" 2> log
            has '< HTTP/1.1 100 ' < log
            """),
        new("curl", "head, range, list", """
            signed -I "$ENDPOINT/$BUCKET/big" | has 'Content-Length: 12582912'
            signed -r 100-199 "$ENDPOINT/$BUCKET/big" | cmp - <(slice "$BIG" 100 100)
            signed "$ENDPOINT/$BUCKET?list-type=2&prefix=a%20b" | has '<KeyCount>1</KeyCount>'
            """),
        new("curl", "refusals", """
            equal 403 "$(anonymous "$ENDPOINT/$BUCKET/big")"
            refused SignatureDoesNotMatch env AWS_SECRET_ACCESS_KEY=wrong bash -c "$(declare -f signed); signed '$ENDPOINT/$BUCKET/big'"
            refused NoSuchKey signed "$ENDPOINT/$BUCKET/absent"
            refused BucketNotEmpty signed -X DELETE "$ENDPOINT/$BUCKET"
            """),
        new("curl", "delete objects and remove the bucket", """
            for key in big expected a%20b%2Bc%252F%F0%9F%98%80; do signed -X DELETE "$ENDPOINT/$BUCKET/$key"; done
            signed -X DELETE "$ENDPOINT/$BUCKET"
            refused NoSuchBucket signed "$ENDPOINT/$BUCKET"
            """),
    ];

    private static ClientStep[] Boto3Steps(string client) =>
    [
        new(client, "make a bucket", "step bucket"),
        new(client, "store and fetch the tree of awkward names", "step tree && same_tree \"$TREE\" down"),
        new(client, "keys that no file system takes", "step keys"),
        new(client, "list in pages, with a delimiter and encoded", "step listing"),
        new(client, "copy, with its directives and conditions", "step copy"),
        new(client, "multipart: transfer manager and by hand", "step multipart"),
        new(client, "presigned GET and PUT, Signature V4 and V2", "step presigned"),
        new(client, "ACLs: canned, granted, documents", "step acl"),
        new(client, "tags", "step tags"),
        new(client, "checksums, as trailers over TLS", "step checksums"),
        new(client, "one connection survives refusals and empty bodies", "step connection"),
        new(client, "what is refused stores nothing", "step refusals"),
        new(client, "delete objects and remove the bucket", "step remove"),
    ];
}
