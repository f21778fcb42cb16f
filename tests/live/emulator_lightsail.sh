#!/bin/sh
# The emulator's Lightsail half against the AWS CLI, and against botocore with its own model.
# shellcheck source=tests/live/emulator_lib.sh
. "$SRCDIR/tests/live/emulator_lib.sh"
[ -x "$AWS" ] || skip_all "the AWS CLI isn't installed"
start_aws

lightsail() {
	"$AWS" --endpoint-url "$url" lightsail "$@"
}
bucket=training-videos

start_server --still --page-size 4 --op-delay 0 || exit 1

has "get-regions knows Ohio" '"displayName": "Ohio"' lightsail get-regions
has "get-regions gives zones" '"zoneName": "us-east-2a"' \
	lightsail get-regions --include-availability-zones
has "get-buckets gives a page and a token" nextPageToken lightsail get-buckets
token=$(lightsail get-buckets --query nextPageToken --output text)
has "get-buckets goes on from a token" '"buckets"' lightsail get-buckets --page-token "$token"
fails "a token of nobody's is refused" InvalidInputException \
	lightsail get-buckets --page-token nonsense
has "get-buckets finds one bucket" media-assets lightsail get-buckets --bucket-name media-assets
fails "get-buckets doesn't find another region's" NotFoundException \
	lightsail get-buckets --bucket-name terraform-state
has "--region chooses the region" terraform-state \
	lightsail get-buckets --bucket-name terraform-state --region eu-central-1
has "get-bucket-bundles" small_1_0 lightsail get-bucket-bundles
has "get-bucket-access-keys" '"serviceName": "N/A"' \
	lightsail get-bucket-access-keys --bucket-name media-assets
has "create-bucket-access-key gives the secret" '"secretAccessKey": ".\{40\}"' \
	lightsail create-bucket-access-key --bucket-name "$bucket"
check "a second key" lightsail create-bucket-access-key --bucket-name "$bucket"
fails "a third key is refused" InvalidInputException lightsail create-bucket-access-key --bucket-name "$bucket"
has "the operations tell of it" '"operationType": "CreateBucketAccessKey"' \
	lightsail get-operations-for-resource --resource-name training-videos
id=$(lightsail get-operations-for-resource --resource-name training-videos \
	--query 'operations[-1].id' --output text)
has "get-operation" '"status": "Succeeded"' lightsail get-operation --operation-id "$id"
fails "get-operation of nobody's" NotFoundException lightsail get-operation --operation-id "$id-no"
lightsail get-operations --no-paginate >"$work/page"
lightsail get-operations >"$work/pages"
check "the CLI pages through get-operations" \
	[ "$(grep -c operationType "$work/pages")" -gt "$(grep -c operationType "$work/page")" ]
fails "delete-bucket refuses a bucket with keys" InvalidInputException \
	lightsail delete-bucket --bucket-name "$bucket"
key=$(lightsail get-bucket-access-keys --bucket-name "$bucket" --query 'accessKeys[0].accessKeyId' --output text)
check "delete-bucket-access-key" lightsail delete-bucket-access-key --bucket-name "$bucket" --access-key-id "$key"
fails "a key can't be deleted twice" NotFoundException \
	lightsail delete-bucket-access-key --bucket-name "$bucket" --access-key-id "$key"
check "delete-bucket --force-delete" lightsail delete-bucket --bucket-name "$bucket" --force-delete
has "create-bucket" '"bundleId": "large_1_0"' \
	lightsail create-bucket --bucket-name brand-new --bundle-id large_1_0 --tags key=a,value=b
fails "a name can be taken once" InvalidInputException \
	lightsail create-bucket --bucket-name brand-new --bundle-id small_1_0
fails "what isn't emulated is unknown" UnknownOperationException lightsail get-instances
export AWS_SECRET_ACCESS_KEY=wrong
fails "a wrong secret is noticed" InvalidSignatureException lightsail get-regions
export AWS_ACCESS_KEY_ID=AKIANOBODYKNOWSTHISX
fails "an unknown key is noticed" UnrecognizedClientException lightsail get-regions

# The rest in one process.
/usr/bin/python3 "$SRCDIR/tests/live/emulator_botocore.py" >"$work/botocore" 2>"$work/err"
status=$?
: >"$work/out"
while IFS= read -r line; do
	case $line in
	"ok - "*) result 0 "botocore: ${line#ok - }" ;;
	"not ok - "*) result 1 "botocore: ${line#not ok - }" ;;
	*) printf '%s\n' "$line" ;;
	esac
done <"$work/botocore"
result $status "botocore: all of it ran"
finish
