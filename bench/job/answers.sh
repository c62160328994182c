#!/bin/bash
# The version $1 answers through nginx within ten seconds. The hosts have no curl.
for _ in {1..100}; do
    if exec 3<>/dev/tcp/127.0.0.1/80; then
        printf 'GET / HTTP/1.0\r\nHost: localhost\r\n\r\n' >&3
        grep -q "\"version\": *\"$1\"" <&3 && exit 0
        exec 3>&-
    fi 2>/dev/null
    sleep 0.1
done
echo "no answer from $1" >&2
exit 1
