# Every fake acts on the files below FAKE_HOST/root and notes its call in FAKE_HOST/calls. A file
# FAKE_HOST/fails/NAME or NAME-SUBCOMMAND makes it fail; what the file holds is what it says. A file
# FAKE_HOST/warns/NAME makes it say something and go on.
root=$FAKE_HOST/root
name=${0##*/}
echo "$name $*" >> "$FAKE_HOST/calls"
for failure in "$FAKE_HOST/fails/$name" "$FAKE_HOST/fails/$name-$1"; do
    if [ -f "$failure" ]; then
        cat "$failure" >&2
        exit 1
    fi
done
if [ -f "$FAKE_HOST/warns/$name" ]; then
    cat "$FAKE_HOST/warns/$name" >&2
fi
