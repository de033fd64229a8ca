#!/usr/bin/env bash
# A fresh, journaled ext4 file system in a file, for figures of durable writes: what a machine's own disk has been through shows in them, and one
# without a journal makes new files many times dearer. Needs root and a loop device.
#   mkdisk.sh up DIR      makes DIR/mnt
#   mkdisk.sh down DIR    removes it
#   SIZE=40G mkdisk.sh up DIR
set -euo pipefail
if [[ $# != 2 ]]; then
    echo "usage: mkdisk.sh up|down DIR" >&2
    exit 2
fi

image=$2/disk.img
case $1 in
    up)
        mkdir -p "$2/mnt"
        truncate -s "${SIZE:-12G}" "$image"
        mkfs.ext4 -q -F "$image"
        # Past the page cache: else every sync of the commit log would first write out whatever else went into the image.
        device=$(losetup --find --show --direct-io=on "$image")
        mount -o discard "$device" "$2/mnt"
        echo "$2/mnt"
        ;;
    down)
        device=$(findmnt --noheadings --output SOURCE "$2/mnt")
        umount "$2/mnt"
        losetup --detach "$device"
        rm -f "$image"
        rmdir "$2/mnt"
        ;;
    *)
        echo "usage: mkdisk.sh up|down DIR" >&2
        exit 2
        ;;
esac
