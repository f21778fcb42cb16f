#!/bin/sh
# The emulator's S3 half with a bucket key, against the AWS CLI, rclone and s3cmd.
# shellcheck source=tests/live/emulator_lib.sh
. "$SRCDIR/tests/live/emulator_lib.sh"
[ -x "$AWS" ] || skip_all "the AWS CLI isn't installed"
start_aws

aws() {
	"$AWS" --endpoint-url "$url" "$@"
}

start_server --still || exit 1
fails "the account's own key is no bucket key" AccessDenied aws s3 ls s3://training-videos
account_id=$AWS_ACCESS_KEY_ID
account_secret=$AWS_SECRET_ACCESS_KEY
aws lightsail create-bucket-access-key --bucket-name training-videos --output text \
	--query '[accessKey.accessKeyId,accessKey.secretAccessKey]' >"$work/key"
AWS_ACCESS_KEY_ID=$(cut -f1 "$work/key")
AWS_SECRET_ACCESS_KEY=$(cut -f2 "$work/key")
export AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
b=s3://training-videos

cd "$work" || exit 1
mkdir tree tree/sub
printf 'one' >tree/one.txt
printf 'two' >"tree/sub/t w ö+&.txt"
head -c 300000 /dev/urandom >medium.bin
head -c 9000000 /dev/urandom >large.bin

# ---- the AWS CLI ----
check "aws s3 cp up" aws s3 cp medium.bin "$b/cli/medium.bin"
check "aws s3 cp up in parts" aws s3 cp large.bin "$b/cli/large.bin"
has "aws s3 ls" '300000 medium.bin' aws s3 ls "$b/cli/"
check "aws s3 cp down" aws s3 cp "$b/cli/medium.bin" medium.back
check "and nothing has changed" cmp medium.bin medium.back
check "aws s3 cp down in ranges" aws s3 cp "$b/cli/large.bin" large.back
check "and nothing has changed there" cmp large.bin large.back
check "aws s3 sync up" aws s3 sync tree "$b/tree/"
check "aws s3 sync down" aws s3 sync "$b/tree/" tree.back
check "and the trees are the same" diff -r tree tree.back
has "aws s3 ls --recursive" 't w ö+&.txt' aws s3 ls --recursive "$b/tree/"
check "aws s3 mv" aws s3 mv "$b/cli/large.bin" "$b/cli/moved.bin"
check "aws s3 cp between two keys" aws s3 cp "$b/cli/medium.bin" "$b/cli/copy.bin"
has "aws s3api head-object" '"ContentLength": 300000' \
	aws s3api head-object --bucket training-videos --key cli/copy.bin
has "aws s3api get-object with a range" '"ContentRange": "bytes 0-9/300000"' \
	aws s3api get-object --bucket training-videos --key cli/copy.bin --range bytes=0-9 part
has "aws s3api list-objects, page by page" 'cli/moved.bin' \
	aws s3api list-objects --bucket training-videos --page-size 1
has "aws s3api list-objects-v2, page by page" 'cli/moved.bin' \
	aws s3api list-objects-v2 --bucket training-videos --page-size 2
check "aws s3api head-bucket" aws s3api head-bucket --bucket training-videos
has "aws s3api get-bucket-location" LocationConstraint \
	aws s3api get-bucket-location --bucket training-videos
curl -s "$(aws s3 presign "$b/cli/medium.bin")" >presigned.back
check "a presigned URL can be read by anybody" cmp medium.bin presigned.back
check "aws s3 rm" aws s3 rm "$b/cli/copy.bin"
check "aws s3 rm --recursive" aws s3 rm --recursive "$b/tree/"
fails "another bucket is closed to this key" AccessDenied aws s3 ls s3://media-assets
fails "a bucket that isn't there" NoSuchBucket aws s3 ls s3://nobody-knows

# ---- rclone ----
if command -v rclone >/dev/null; then
	cat >rclone.conf <<-END
		[e]
		type = s3
		provider = Other
		access_key_id = $AWS_ACCESS_KEY_ID
		secret_access_key = $AWS_SECRET_ACCESS_KEY
		endpoint = $url
		force_path_style = true
		region = us-east-1
		no_check_bucket = true
	END
	r() {
		rclone --config rclone.conf --retries 1 "$@"
	}
	check "rclone copy up" r copy tree e:training-videos/rclone
	has "rclone ls" 'one.txt' r ls e:training-videos/rclone
	check "rclone check" r check tree e:training-videos/rclone
	check "rclone copy down" r copy e:training-videos/rclone rclone.back
	check "and the trees are the same with rclone" diff -r tree rclone.back
	touch -d '2020-01-01 00:00:00' tree/one.txt
	check "rclone keeps times" r copy tree e:training-videos/rclone
	has "and they come back" '2020-01-01' r lsl e:training-videos/rclone
	check "rclone copyto a large file" r copyto large.bin e:training-videos/rclone/large.bin
	check "rclone delete" r delete e:training-videos/rclone
	has "and it is gone" '^0$' sh -c \
		'rclone --config rclone.conf ls e:training-videos/rclone | wc -l'
else
	echo "# rclone isn't installed"
fi

# ---- s3cmd ----
if command -v s3cmd >/dev/null; then
	cat >s3cmd.conf <<-END
		[default]
		access_key = $AWS_ACCESS_KEY_ID
		secret_key = $AWS_SECRET_ACCESS_KEY
		host_base = 127.0.0.1:$port
		host_bucket = 127.0.0.1:$port
		use_https = False
		bucket_location = us-east-1
	END
	s() {
		s3cmd -c s3cmd.conf --no-progress "$@"
	}
	check "s3cmd put" s put medium.bin "$b/s3cmd/medium.bin"
	has "s3cmd ls" 'medium.bin' s ls "$b/s3cmd/"
	check "s3cmd get" s get "$b/s3cmd/medium.bin" s3cmd.back
	check "and nothing has changed with s3cmd" cmp medium.bin s3cmd.back
	check "s3cmd sync" s sync tree/ "$b/s3cmd/tree/"
	check "s3cmd cp" s cp "$b/s3cmd/medium.bin" "$b/s3cmd/copy.bin"
	has "s3cmd info" 'MD5 sum' sh -c "s3cmd -c s3cmd.conf info $b/s3cmd/medium.bin || :"
	check "s3cmd del" s del "$b/s3cmd/copy.bin"
	check "s3cmd del --recursive" s del --recursive --force "$b/s3cmd/"
else
	echo "# s3cmd isn't installed"
fi

export AWS_ACCESS_KEY_ID="$account_id" AWS_SECRET_ACCESS_KEY="$account_secret"
has "all this was noted as the key's last use" '"serviceName": "s3"' \
	aws lightsail get-bucket-access-keys --bucket-name training-videos
finish
