#!/bin/sh
# Joins three CouchDB nodes to one cluster, makes the database `contexts`, an index by time for `recall --remote`, and
# the user `holdfast` who may write there.
# docs.couchdb.org, "Cluster Set Up" and "/_cluster_setup". May be run again: what is there already is left as it is.
set -eu

first=${FIRST_NODE:-http://couch1.cluster:5984}
others=${OTHER_NODES:-couch2.cluster couch3.cluster}
reply=$(mktemp)
trap 'rm -f "$reply"' EXIT

# METHOD PATH BODY: prints the status.
ask() {
  curl --silent --show-error --user "admin:$COUCHDB_PASSWORD" --header 'content-type: application/json' \
    --output "$reply" --write-out '%{http_code}' --request "$1" --data "$3" "$first$2"
}

# WHAT STATUS EXPECTED...: says what happened, and fails for any other status, unless it was done already.
require() {
  what=$1 status=$2
  shift 2
  for expected in "$@"; do
    [ "$status" = "$expected" ] && { echo "[OK] $what ($status)"; return 0; }
  done
  grep -q -i already "$reply" && { echo "[OK] $what (already)"; return 0; }
  echo "[ERROR] $what: $status $(cat "$reply")" >&2
  exit 1
}

login="\"username\":\"admin\",\"password\":\"$COUCHDB_PASSWORD\""
for node in $others; do
  remote="\"remote_node\":\"$node\",\"remote_current_user\":\"admin\",\"remote_current_password\":\"$COUCHDB_PASSWORD\""
  body="{\"action\":\"enable_cluster\",\"bind_address\":\"0.0.0.0\",$login,\"port\":5984,\"node_count\":3,$remote}"
  require "$node is ready to join" "$(ask POST /_cluster_setup "$body")" 201 200
  body="{\"action\":\"add_node\",\"host\":\"$node\",\"port\":5984,$login}"
  require "$node has joined" "$(ask POST /_cluster_setup "$body")" 201 200 409
done
require 'the cluster is complete' "$(ask POST /_cluster_setup '{"action":"finish_cluster"}')" 201 200
require 'the database is there' "$(ask PUT '/contexts?n=3' '')" 201 202 412
index='{"index":{"fields":["createdAt"]},"name":"newest"}'
require 'the newest are found by an index' "$(ask POST /contexts/_index "$index")" 200

user="{\"name\":\"holdfast\",\"password\":\"$WRITER_PASSWORD\",\"roles\":[],\"type\":\"user\"}"
require 'the user is there' "$(ask PUT /_users/org.couchdb.user:holdfast "$user")" 201 202 409
members='{"admins":{"names":[],"roles":["_admin"]},"members":{"names":["holdfast"],"roles":[]}}'
require 'the user may write' "$(ask PUT /contexts/_security "$members")" 200
