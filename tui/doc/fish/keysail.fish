# fish completion for keysail(1)

function __keysail_profiles
    set -q AWS_CONFIG_FILE; and set -l config $AWS_CONFIG_FILE; or set -l config ~/.aws/config
    set -q AWS_SHARED_CREDENTIALS_FILE
    and set -l credentials $AWS_SHARED_CREDENTIALS_FILE
    or set -l credentials ~/.aws/credentials
    sed -n -e 's/^\[profile  *\(.*\)\]/\1/p' -e 's/^\[default\]/default/p' $config 2>/dev/null
    sed -n 's/^\[\(.*\)\]/\1/p' $credentials 2>/dev/null
end

set -l regions all us-east-1 us-east-2 us-west-2 ca-central-1 sa-east-1 eu-west-1 eu-west-2 \
    eu-west-3 eu-central-1 eu-north-1 eu-south-2 ap-south-1 ap-east-1 ap-southeast-1 \
    ap-southeast-2 ap-southeast-3 ap-southeast-5 ap-northeast-1 ap-northeast-2
set -l list '__fish_seen_subcommand_from list'
set -l whoami '__fish_seen_subcommand_from whoami'
set -l serve '__fish_seen_subcommand_from serve'
set -l create '__fish_seen_subcommand_from create'
set -l delete '__fish_seen_subcommand_from delete'
set -l neither 'not __fish_seen_subcommand_from list whoami create delete serve'
set -l not_serve 'not __fish_seen_subcommand_from serve'

complete -c keysail -f
complete -c keysail -n $neither -a list -d 'Print every key'
complete -c keysail -n $neither -a whoami -d 'Print which identity would be used'
complete -c keysail -n $neither -a create -d 'Create a key and deliver its secret'
complete -c keysail -n $neither -a delete -d 'Delete an access key'
complete -c keysail -n $neither -a serve -d 'Run the emulator'

complete -c keysail -n $not_serve -s p -l profile -x -a '(__keysail_profiles)' -d 'Profile of the AWS configuration'
complete -c keysail -n $not_serve -s r -l region -x -a "$regions" -d 'Region to look in'
complete -c keysail -n $not_serve -l endpoint-url -x -d 'Send the API calls there'
complete -c keysail -n $neither -l demo -d 'Run on the emulator, without an account'
complete -c keysail -n $not_serve -l read-only -d 'Send no call that changes anything'
complete -c keysail -n $not_serve -l theme -x -a 'dark light mono' -d Colours
complete -c keysail -n $not_serve -l config -r -F -d 'Read this configuration file'
complete -c keysail -n $not_serve -l log-file -r -F -d 'Append a log to this file'
complete -c keysail -n $not_serve -l no-color -d 'Use no colour'
complete -c keysail -n $not_serve -l ascii -d 'Draw with ASCII characters only'
complete -c keysail -s h -l help -d 'Print help'
complete -c keysail -s V -l version -d 'Print the version'

complete -c keysail -n $create -l to -x -a 'profile: env: json: rclone: s3cmd: command:' -d 'Deliver the secret there'
complete -c keysail -n $create -l replace -d 'What is there may be replaced'
complete -c keysail -n $delete -l yes -d 'Delete it: this can not be undone'

complete -c keysail -n $whoami -l format -x -a 'table json' -d 'How to print'
complete -c keysail -n $list -l format -x -a 'table json csv' -d 'How to print'
complete -c keysail -n $list -l bucket -x -d 'Only the keys of this bucket'
complete -c keysail -n $list -l fail-on -x -a 'unused idle old two-keys' -d 'Exit with 3 when a key has this'

complete -c keysail -n $serve -l port -x -d 'Port to listen on, 0 for any'
complete -c keysail -n $serve -l buckets -x -d 'Buckets at the start'
complete -c keysail -n $serve -l keys-per-bucket -x -d 'Keys in each'
complete -c keysail -n $serve -l seed -x -d 'The same seed makes the same data'
complete -c keysail -n $serve -l page-size -x -d 'Buckets on a page'
complete -c keysail -n $serve -l latency -x -d 'Answer that many ms later'
complete -c keysail -n $serve -l key-delay -x -d 'Seconds for which S3 refuses a new key'
complete -c keysail -n $serve -l key-linger -x -d 'Seconds for which S3 accepts a deleted key'
complete -c keysail -n $serve -l op-delay -x -d 'Seconds for which an operation is under way'
complete -c keysail -n $serve -l clock-skew -x -d 'Seconds that the clock is ahead'
complete -c keysail -n $serve -l error-form -x -a 'help full bare namespaced uri capital header code all400 html empty' -d 'Form of errors'
complete -c keysail -n $serve -l session-token -x -d 'Clients must send this token'
complete -c keysail -n $serve -l no-create-last-used -d 'Leave the last use out of a creation'
complete -c keysail -n $serve -l still -d 'No key is used in the background'
complete -c keysail -n $serve -l state -r -F -d 'Keep everything in this file'
complete -c keysail -n $serve -l fault -x -a help -d 'Go wrong on purpose'
