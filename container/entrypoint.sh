#!/bin/sh
# Runs nats-server as one region, in the image (as process 1, under busybox) and on one machine (dash, bash).
# It turns the environment into the variables that nats-server.conf reads, chooses who may connect, and makes
# SIGTERM start lame duck mode. No secret touches the disk: nats-server reads them from its environment.
#
# Environment, with defaults; an empty variable counts as not set:
#
#   NATS_SERVER_NAME              required; unique in the cluster, such as nats-weur
#   NATS_CLUSTER_NAME             meridian
#   NATS_REGION                   unknown; the region's id, for the tag region:<id>
#   NATS_HOST                     0.0.0.0
#   NATS_CLIENT_PORT              4222; any port may be -1, which takes a free one
#   NATS_WEBSOCKET_PORT           8080
#   NATS_MONITOR_PORT             8222
#   NATS_CLUSTER_PORT             6222
#   NATS_LEAF_PORT                7422; used with NATS_LEAF_PASSWORD only
#   NATS_LEAF_PASSWORD            of sessions' leaf links; without it there are no leaf nodes at all
#   NATS_LEAF_USERS               other leaf nodes that may join, as lines `<name> <password>`; with a user or a token. With an
#                                 operator they sign in by JWT, as clients do. With a user a line may go on with what one may:
#                                 `publish=<subjects>` and `subscribe=<subjects>`, with commas between; nothing after `=` is none
#   NATS_LEAF_USERS_NEXT          more of them, with other names: the lines of both are valid
#   NATS_MQTT                     false; true or false: MQTT, over WebSocket at /mqtt too. Needs JetStream in the cluster
#   NATS_MQTT_PORT                1883; used with NATS_MQTT only
#   NATS_MQTT_REPLICAS            1; how many servers keep MQTT's sessions and retained messages
#   NATS_MAX_CONNECTIONS          65536
#   NATS_MAX_PAYLOAD              1MB
#   NATS_MAX_PENDING              64MB; what may wait for one reader, more than the largest message
#   NATS_POOL_SIZE                -1; or so many routes that accounts share, and the system account has routes of its own
#   NATS_LAME_DUCK_GRACE_PERIOD   10s; shorter than the duration
#   NATS_LAME_DUCK_DURATION       2m; at least 30s
#   NATS_TERM_HOLD                0; seconds from SIGTERM to lame duck mode
#   NATS_JETSTREAM                false; true or false
#   NATS_JETSTREAM_PEERS          3; how many regions have JetStream (at least 2, the same in all of them)
#   NATS_JETSTREAM_MAX_MEMORY     -1; such as 512MB, where -1 is half of the container's memory limit, or three
#                                 quarters of the machine's memory where there is no limit
#   NATS_JETSTREAM_MAX_FILE       -1; such as 2GB, where -1 is the free disk
#   NATS_STORE_DIR                /data
#   NATS_SCRATCH                  false; true for a server on its own, without a cluster (NATS_TOKEN is needed)
#   NATS_SHARE                    such as session.a; with NATS_SCRATCH: joined to a region by a leaf link, over which only the
#                                 subjects NATS_SHARE.in.> and NATS_SHARE.out.> pass. Clients are the user "session", whose
#                                 password is NATS_TOKEN. NATS_LEAF_PASSWORD is needed
#   NATS_SERVER_BIN               nats-server; the program, by name or path
#   GOMEMLIMIT                    nine tenths of the container's memory limit, if it has one: what Go keeps nats-server below
#   CLOUDFLARE_LOCATION, CLOUDFLARE_REGION, CLOUDFLARE_COUNTRY_A2
#                                 unknown; the tags location:, cloudflare-region: and country:
#
# Who may connect, exactly one of the following; with none it serves a loopback NATS_HOST only:
#
#   NATS_USER and NATS_PASSWORD   the password may be a bcrypt hash, as everywhere in NATS
#   NATS_TOKEN
#   NATS_USER_NEXT and NATS_PASSWORD_NEXT
#                                 alone, or beside either of the two above while clients change over: then both are valid
#   NATS_OPERATOR_JWT, NATS_SYSTEM_ACCOUNT and NATS_RESOLVER_PRELOAD
#                                 the last as {"<account>": "<jwt>", ...} or as lines `<account> <jwt>`
#   NATS_ALLOW_ANYONE             false; true where only this machine reaches it. The Worker never sets it
#
# Arguments are passed to nats-server (-t, -DV, --ports_file_dir DIR).
#
# Signals: SIGTERM and SIGUSR2 start lame duck mode; a second SIGTERM, or SIGINT at any time, stops the server at
# once. With NATS_TERM_HOLD, SIGTERM starts it that much later; until then more of them change nothing.
#
# Exit code: nats-server's own (0 after a lame duck or SIGINT, 1 for a configuration it refuses), 128 + n when
# signal n killed it, 127 when it was not found, 78 (EX_CONFIG) when this script refuses the environment.

# The quotes in some variables are meant for nats-server.
# shellcheck disable=SC2089,SC2090
set -eu

EX_CONFIG=78

refuse() {
  echo "entrypoint: $1" >&2
  exit "$EX_CONFIG"
}

# nats-server parses a variable's value as configuration, so text is exported as a string literal: otherwise `2m`
# would be two million, and everything after a `#` a comment.
export_text() { # name value
  case $2 in
    *[[:cntrl:]]*) refuse "$1 contains a line break or another control character: set it again without" ;;
  esac
  export "$1=$(quoted "$2")"
}

quoted() { # text
  printf '"%s"' "$(printf '%s' "$1" | sed 's/[\\"]/\\&/g')"
}

export_number() { # name value
  case $2 in
    -[0-9]* | [0-9]*) ;;
    *) refuse "$1 is '$2': a number is needed, such as 8080, -1 or 1MB" ;;
  esac
  case ${2#-} in
    *[!0-9KMGTiB]*) refuse "$1 is '$2': a number is needed, such as 8080, -1 or 1MB" ;;
  esac
  export "$1=$2"
}

export_settings() {
  [ -n "${NATS_SERVER_NAME:-}" ] || refuse 'NATS_SERVER_NAME is not set: give the server a name that is unique in the cluster, such as nats-weur'
  # Before NATS_HOST becomes a literal.
  host=${NATS_HOST:-0.0.0.0}
  export_text NATS_SERVER_NAME "$NATS_SERVER_NAME"
  export_text NATS_CLUSTER_NAME "${NATS_CLUSTER_NAME:-meridian}"
  export_text NATS_TAG_REGION "region:${NATS_REGION:-unknown}"
  export_text NATS_TAG_LOCATION "location:${CLOUDFLARE_LOCATION:-unknown}"
  export_text NATS_TAG_CLOUDFLARE_REGION "cloudflare-region:${CLOUDFLARE_REGION:-unknown}"
  export_text NATS_TAG_COUNTRY "country:${CLOUDFLARE_COUNTRY_A2:-unknown}"
  export_text NATS_HOST "$host"
  export_number NATS_CLIENT_PORT "${NATS_CLIENT_PORT:-4222}"
  export_number NATS_WEBSOCKET_PORT "${NATS_WEBSOCKET_PORT:-8080}"
  export_number NATS_MONITOR_PORT "${NATS_MONITOR_PORT:-8222}"
  export_number NATS_CLUSTER_PORT "${NATS_CLUSTER_PORT:-6222}"
  export_leaf_links
  export_mqtt
  export_number NATS_MAX_CONNECTIONS "${NATS_MAX_CONNECTIONS:-65536}"
  export_number NATS_MAX_PAYLOAD "${NATS_MAX_PAYLOAD:-1MB}"
  export_number NATS_MAX_PENDING "${NATS_MAX_PENDING:-64MB}"
  export_number NATS_POOL_SIZE "${NATS_POOL_SIZE:--1}"
  export_text NATS_LAME_DUCK_GRACE_PERIOD "${NATS_LAME_DUCK_GRACE_PERIOD:-10s}"
  export_text NATS_LAME_DUCK_DURATION "${NATS_LAME_DUCK_DURATION:-2m}"
}

export_leaf_links() {
  # Port 0 is nobody's: nats-server listens for no leaf links then.
  if [ -n "${NATS_LEAF_PASSWORD:-}" ]; then
    export_number NATS_LEAF_PORT "${NATS_LEAF_PORT:-7422}"
  else
    export NATS_LEAF_PORT=0
  fi
  export_text NATS_LEAF_PASSWORD "${NATS_LEAF_PASSWORD:-}"
  export_leaf_users "${NATS_LEAF_USERS:-}" "${NATS_LEAF_USERS_NEXT:-}"
}

export_mqtt() {
  case ${NATS_MQTT:-false} in
    true) export_number NATS_MQTT_PORT "${NATS_MQTT_PORT:-1883}" ;;
    false) export NATS_MQTT_PORT=0 ;;
    *) refuse "NATS_MQTT is '$NATS_MQTT': it must be true or false" ;;
  esac
  export_number NATS_MQTT_REPLICAS "${NATS_MQTT_REPLICAS:-1}"
}

limited_leaf=  # the first line of NATS_LEAF_USERS that has permissions
leaf_of_user=  # the line whose name is that of one of the clients' users
leaf_users=    # all of them, with their permissions
leaf_names=    # all of them, with a line break around each

# A list of maps, as nats-server reads it. No line is repeated in a refusal, since it holds a password. Lines of
# NATS_LEAF_USERS_NEXT are counted on from those of NATS_LEAF_USERS.
export_leaf_users() { # lines more-lines
  NATS_LEAF_USERS="{user: session, password: $NATS_LEAF_PASSWORD}"
  line=0
  while read -r name password rest; do
    line=$((line + 1))
    [ -n "$name" ] || continue
    [ -n "$password" ] || refuse "line $line of NATS_LEAF_USERS is not a name and a password with a space between"
    case $name$password$rest in
      *[[:cntrl:]]*) refuse "line $line of NATS_LEAF_USERS contains a control character: set it again without" ;;
    esac
    case $name in
      session) refuse "line $line of NATS_LEAF_USERS has the name session, which is that of Meridian's own links: give it another" ;;
    esac
    case $leaf_names in
      *"
$name
"*) refuse "line $line of NATS_LEAF_USERS (with those of NATS_LEAF_USERS_NEXT after it) has the name that an earlier line has: give it another" ;;
    esac
    leaf_names="$leaf_names
$name
"
    NATS_LEAF_USERS="$NATS_LEAF_USERS, {user: $(quoted "$name"), password: $(quoted "$password")}"
    read_leaf_permissions "$rest"
    [ -z "$permissions" ] || limited_leaf=${limited_leaf:-$line}
    [ "$name" != "${NATS_USER:-}" ] && [ "$name" != "${NATS_USER_NEXT:-}" ] || leaf_of_user=$line
    export_text "NATS_LEAF_NAME_$line" "$name"
    export_text "NATS_LEAF_PASSWORD_$line" "$password"
    leaf_users="$leaf_users
    {user: \$NATS_LEAF_NAME_$line, password: \$NATS_LEAF_PASSWORD_$line, allowed_connection_types: [LEAFNODE_WS], permissions: {$permissions}}"
  done <<LINES
$1
$2
LINES
  export NATS_LEAF_USERS="[$NATS_LEAF_USERS]"
}

# Sets `permissions` to what nats-server reads, from `publish=a.>,b subscribe=`; to nothing for nothing.
read_leaf_permissions() { # words
  permissions=
  set -f
  for word in $1; do
    case $word in
      publish=* | subscribe=*) ;;
      *) refuse "line $line of NATS_LEAF_USERS goes on after the password with something else than publish=SUBJECTS or subscribe=SUBJECTS" ;;
    esac
    case $permissions in
      *"${word%%=*}:"*) refuse "line $line of NATS_LEAF_USERS has ${word%%=*}= twice" ;;
    esac
    allowed=
    IFS=,
    for subject in ${word#*=}; do
      allowed="$allowed$(quoted "$subject"), "
    done
    unset IFS
    # An empty list would allow everything.
    if [ -n "$allowed" ]; then allowed="allow: [${allowed%, }]"; else allowed='deny: [">"]'; fi
    permissions="$permissions${word%%=*}: {$allowed}, "
  done
  set +f
  permissions=${permissions%, }
}

# nats-server knows permissions of leaf nodes only where they are users among its clients' users, of which none may then connect as
# what another one is. It does not take permissions from its environment (2.15.1), so the file of who may connect is written
# here. It goes through a pipe, and has names of variables for all that is secret.
use_limited_leafs() {
  [ -n "$limited_leaf" ] || return 0
  [ "$auth" = user ] || [ "$auth" = two-users ] || refuse "line $limited_leaf of NATS_LEAF_USERS has permissions, which only go with clients that sign in as a user: set NATS_USER and NATS_PASSWORD in place of NATS_TOKEN"
  [ -z "$leaf_of_user" ] || refuse "line $leaf_of_user of NATS_LEAF_USERS has the name that NATS_USER or NATS_USER_NEXT has, and other lines have permissions: give it another"
  clients='[STANDARD, WEBSOCKET, MQTT, MQTT_WS]'
  next_user=
  [ "$auth" = user ] || next_user="{user: \$NATS_USER_NEXT, password: \$NATS_PASSWORD_NEXT, allowed_connection_types: $clients}"
  # Paths are relative to /dev.
  config_text="
include \"..$folder/nats-server.conf\"
include \"..$folder/leafs/as-clients.conf\"
authorization {
  users: [
    {user: \$NATS_USER, password: \$NATS_PASSWORD, allowed_connection_types: $clients}
    $next_user
    {user: session, password: \$NATS_LEAF_PASSWORD, allowed_connection_types: [LEAFNODE]}$leaf_users
  ]
}"
}

# What is shared is part of subjects: nothing that NATS gives a meaning to.
export_share() {
  case $NATS_SHARE in
    *[!a-z0-9.-]* | .* | *. | *..*) refuse "NATS_SHARE is '$NATS_SHARE': it must be a subject of lowercase letters, digits and hyphens, such as session.a" ;;
  esac
  [ "$NATS_LEAF_PORT" != 0 ] || refuse 'NATS_SHARE is set without NATS_LEAF_PASSWORD'
  export_text NATS_SHARE_IN "$NATS_SHARE.in.>"
  export_text NATS_SHARE_OUT "$NATS_SHARE.out.>"
}

read_hold() {
  hold=${NATS_TERM_HOLD:-0}
  case $hold in
    *[!0-9]* | ????*) refuse "NATS_TERM_HOLD is '$hold': a number of seconds below 900 is needed, since SIGKILL comes 15 minutes after SIGTERM" ;;
  esac
  [ "$hold" -lt 900 ] || refuse "NATS_TERM_HOLD is '$hold': a number of seconds below 900 is needed, since SIGKILL comes 15 minutes after SIGTERM"
}

# Sets `memory_limit` to the bytes that cgroups (v2, v1) allow the container; to nothing when that is no limit, which v2
# writes as a word and v1 as more than any machine has. nats-server only looks at the machine's memory, which is the
# host's, and takes three quarters of it for JetStream: the kernel would kill it long before.
read_memory_limit() {
  memory_limit=
  for file in /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes; do
    [ -r "$file" ] || continue
    read -r memory_limit <"$file" || :
    break
  done
  case $memory_limit in
    '' | *[!0-9]* | ????????????????*) memory_limit= ;;
  esac
}

# Half, because of what is not JetStream's: clients, routes, the collector's reserve.
export_memory() {
  read_memory_limit
  [ -n "$memory_limit" ] || return 0
  export GOMEMLIMIT="${GOMEMLIMIT:-$((memory_limit / 10 * 9))}"
  [ "${NATS_JETSTREAM_MAX_MEMORY:--1}" != -1 ] || NATS_JETSTREAM_MAX_MEMORY=$((memory_limit / 2))
}

export_jetstream() {
  export NATS_JETSTREAM="${NATS_JETSTREAM:-false}"
  export_text NATS_STORE_DIR "${NATS_STORE_DIR:-/data}"
  export_number NATS_JETSTREAM_MAX_MEMORY "${NATS_JETSTREAM_MAX_MEMORY:--1}"
  export_number NATS_JETSTREAM_MAX_FILE "${NATS_JETSTREAM_MAX_FILE:--1}"
  case $NATS_JETSTREAM in
    true) export_placeholder_routes "${NATS_JETSTREAM_PEERS:-3}" ;;
    false) export NATS_ROUTES='[]' ;;
    *) refuse "NATS_JETSTREAM is '$NATS_JETSTREAM': it must be true or false" ;;
  esac
}

# A clustered JetStream won't start without routes, and counts them to know how many peers elect its first meta
# leader. So there is one for each peer, to port 0, where nothing can ever listen.
export_placeholder_routes() { # peers
  case $1 in
    '' | *[!0-9]* | ?????*) refuse "NATS_JETSTREAM_PEERS is '$1': it must be the number of regions with JetStream" ;;
  esac
  [ "$1" -ge 2 ] || refuse "NATS_JETSTREAM_PEERS is $1: in a cluster JetStream elects no leader among fewer than 2"
  NATS_ROUTES=
  peer=0
  while [ "$peer" -lt "$1" ]; do
    peer=$((peer + 1))
    NATS_ROUTES="$NATS_ROUTES\"nats-route://peer-$peer@127.0.0.1:0\", "
  done
  export NATS_ROUTES="[${NATS_ROUTES%, }]"
}

only_token=  # the one token that nats-server takes, where users are beside it

# Two users, or a token and a user, are valid at a time, so that clients change from one to the other one by one. nats-server
# has a single token, so what follows a token is a user. It takes both, but not from one configuration file: the token is an
# argument, which in a container nobody else can see.
use_next_user() {
  [ -n "${NATS_USER_NEXT:-}${NATS_PASSWORD_NEXT:-}" ] || return 0
  [ -n "${NATS_USER_NEXT:-}" ] || refuse 'NATS_PASSWORD_NEXT is set without NATS_USER_NEXT'
  [ -n "${NATS_PASSWORD_NEXT:-}" ] || refuse 'NATS_USER_NEXT is set without NATS_PASSWORD_NEXT'
  case $auth in
    '')
      auth=user
      NATS_USER=$NATS_USER_NEXT
      NATS_PASSWORD=$NATS_PASSWORD_NEXT
      return
      ;;
    user)
      [ "$NATS_USER_NEXT" != "${NATS_USER:-}" ] || refuse 'NATS_USER_NEXT is the name that NATS_USER has, and a name has one password: give it another'
      ;;
    token) ;;
    *) refuse "NATS_USER_NEXT is set beside credentials that it cannot follow ($auth): remove one of them with wrangler secret delete" ;;
  esac
  next=yes
  export_text NATS_USER_NEXT "$NATS_USER_NEXT"
  export_text NATS_PASSWORD_NEXT "$NATS_PASSWORD_NEXT"
}

# Sets `auth` to the kind of credentials, which is the name of a file in auth/.
export_credentials() {
  auth=
  next=
  [ -z "${NATS_USER:-}${NATS_PASSWORD:-}" ] || auth="$auth user"
  [ -z "${NATS_TOKEN:-}" ] || auth="$auth token"
  [ -z "${NATS_OPERATOR_JWT:-}${NATS_SYSTEM_ACCOUNT:-}${NATS_RESOLVER_PRELOAD:-}" ] || auth="$auth operator"
  auth=${auth# }
  use_next_user
  case $auth in
    user)
      [ -n "${NATS_USER:-}" ] || refuse 'NATS_PASSWORD is set without NATS_USER'
      [ -n "${NATS_PASSWORD:-}" ] || refuse 'NATS_USER is set without NATS_PASSWORD'
      export_text NATS_USER "$NATS_USER"
      export_text NATS_PASSWORD "$NATS_PASSWORD"
      [ -z "$next" ] || auth=two-users
      ;;
    token)
      token=$NATS_TOKEN
      export_text NATS_TOKEN "$NATS_TOKEN"
      if [ -n "$next" ]; then
        only_token=$token
        auth=token-and-user
      fi
      ;;
    operator) export_operator ;;
    '')
      case ${NATS_ALLOW_ANYONE:-false} in
        true) ;;
        false) require_loopback ;;
        *) refuse "NATS_ALLOW_ANYONE is '$NATS_ALLOW_ANYONE': it must be true or false" ;;
      esac
      auth=none
      ;;
    *) refuse "credentials of more than one kind are set ($auth): keep one, remove the others with wrangler secret delete" ;;
  esac
}

export_operator() {
  for name in NATS_OPERATOR_JWT NATS_SYSTEM_ACCOUNT NATS_RESOLVER_PRELOAD; do
    eval "[ -n \"\${$name:-}\" ]" || refuse "$name is missing: the operator's JWT, the system account's public key and the accounts' JWTs are needed together"
  done
  export_text NATS_OPERATOR_JWT "$NATS_OPERATOR_JWT"
  export_text NATS_SYSTEM_ACCOUNT "$NATS_SYSTEM_ACCOUNT"
  # Keys and JWTs contain none of JSON's punctuation: with that removed, JSON and lines are the same list of words.
  # shellcheck disable=SC2046
  export_resolver_preload $(printf '%s' "$NATS_RESOLVER_PRELOAD" | tr '{}":,\r' '      ')
}

export_resolver_preload() { # account jwt ...
  [ $(($# % 2)) -eq 0 ] || refuse 'NATS_RESOLVER_PRELOAD does not pair every account with its JWT'
  NATS_RESOLVER_PRELOAD=
  while [ $# -gt 0 ]; do
    case $1$2 in
      *[!A-Za-z0-9._-]*) refuse 'NATS_RESOLVER_PRELOAD holds something that is neither a public key nor a JWT' ;;
    esac
    NATS_RESOLVER_PRELOAD="$NATS_RESOLVER_PRELOAD$1: \"$2\", "
    shift 2
  done
  export NATS_RESOLVER_PRELOAD="{${NATS_RESOLVER_PRELOAD%, }}"
}

require_loopback() {
  case $host in
    127.* | ::1 | localhost) ;;
    *) refuse "no credentials: anyone could connect to $host. Set NATS_TOKEN (wrangler secret put NATS_TOKEN), or NATS_USER and NATS_PASSWORD, or NATS_OPERATOR_JWT with NATS_SYSTEM_ACCOUNT and NATS_RESOLVER_PRELOAD" ;;
  esac
}

hold=      # seconds from SIGTERM to lame duck mode
holder=    # process id of what waits for that long
server=    # nats-server's process id, once it has started
wanted=    # the signal to send it
repeater=  # process id of the loop that repeats that signal
terms=0    # how many SIGTERMs have come,
begun=0    # and of these how many have been acted on
int=       # whether a SIGINT has come that has not been acted on
usr2=      # whether a SIGUSR2 has
awaited=   # what to `wait` for: nats-server, or nothing (this shell is no child of its own) when a signal has come

# A trap is one assignment, and what it asks for is done by wait_for_server. For another signal may come in the middle of it:
# then dash and ash run the one trap inside the other, whose interrupted command seems to have failed with the status that
# `wait` had, so that an `if` takes the wrong branch and `set -e` ends the script. (bash may lose one of two that come at the
# very same instant: it jumps out of one handler with the other's beneath it. The image has ash.)
trap_signals() {
  trap 'terms=$((terms + 1)) awaited=$$' TERM
  trap 'int=yes awaited=$$' INT
  trap 'usr2=yes awaited=$$' USR2
}

# Of signals that came together SIGTERM counts as the first, which only matters while one is held.
act_on_signals() {
  while [ "$begun" -lt "$terms" ]; do
    begun=$((begun + 1))
    on_term
  done
  if [ -n "$usr2" ]; then usr2= && want USR2; fi
  if [ -n "$int" ]; then int= && want INT; fi
}

# Cloudflare sends SIGTERM and waits 15 minutes. nats-server would drop every client on SIGTERM at once, and ignores
# it in lame duck mode, so it never gets one.
on_term() {
  if [ "$begun" -eq 1 ]; then
    if [ "$hold" -gt 0 ]; then hold_term; else want USR2; fi
  elif [ "$hold" -eq 0 ] || [ -n "$wanted" ]; then
    want INT
  fi
}

# A deploy terminates the JetStream servers of all regions at once, and each of them closes its streams as soon as it
# is a lame duck. So each waits for its turn, and serves until then.
hold_term() {
  echo "entrypoint: SIGTERM: lame duck mode begins in $hold s"
  (
    trap - TERM INT USR2
    sleep "$hold" &
    sleeper=$!
    trap 'kill "$sleeper"; exit 1' HUP
    wait "$sleeper"
    kill -s USR2 $$
  ) >/dev/null 2>&1 &
  holder=$!
}

# INT is never replaced by another signal.
want() { # signal
  [ "$wanted" = INT ] || wanted=$1
  signal_server
}

# nats-server drops a signal that comes before it listens, so the signal is repeated, less and less often, until the
# server has exited.
signal_server() {
  stop_repeating
  (
    pause=1
    while kill -s "$wanted" "$server"; do
      sleep "$pause"
      pause=$((pause * 2))
    done
  ) >/dev/null 2>&1 &
  repeater=$!
}

stop_repeating() {
  [ -z "$repeater" ] || kill "$repeater" 2>/dev/null || :
}

stop_holding() {
  [ -z "$holder" ] || kill -s HUP "$holder" 2>/dev/null || :
}

# Sets `status` to nats-server's exit code. A signal ends `wait` early, or comes when it has just ended; either way there is
# another turn, in which 127 says that nats-server has been waited for already. One that comes in between two of these
# commands is not missed, since its trap changes what `wait` is told to wait for.
wait_for_server() {
  status=127
  while
    awaited=$server
    act_on_signals
    latest=0
    wait "$awaited" 2>/dev/null || latest=$?
    [ "$latest" -eq 127 ] || status=$latest
    [ "$awaited" != "$server" ]
  do :; done
}

read_hold
trap_signals

export_settings
export_memory
export_jetstream
export_credentials

folder=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
config_text=

case ${NATS_SCRATCH:-false} in
  true)
    [ "$auth" = token ] || refuse 'NATS_SCRATCH is true: NATS_TOKEN is needed, and nothing else'
    config=$folder/scratch.conf
    if [ -n "${NATS_SHARE:-}" ]; then
      export_share
      config=$folder/joined.conf
    fi
    ;;
  false)
    [ -z "${NATS_SHARE:-}" ] || refuse 'NATS_SHARE is set without NATS_SCRATCH'
    config=$folder/auth/$auth.conf
    use_limited_leafs
    ;;
  *) refuse "NATS_SCRATCH is '$NATS_SCRATCH': it must be true or false" ;;
esac

# SIGUSR2 would kill nats-server until it has set up its handler, so it starts with the signal ignored.
(
  trap '' USR2
  [ -z "$only_token" ] || set -- --auth "$only_token" "$@"
  [ -n "$config_text" ] || exec "${NATS_SERVER_BIN:-nats-server}" -c "$config" "$@"
  exec "${NATS_SERVER_BIN:-nats-server}" -c /dev/stdin "$@" <<CONFIG
$config_text
CONFIG
) 2>&1 &
server=$!

wait_for_server
stop_repeating
stop_holding
exit "$status"
