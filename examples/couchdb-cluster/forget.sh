#!/bin/sh
# DAYS: takes out of the database what was saved longer ago, a thousand at a time. For cron; may be run by several.
# docs.couchdb.org, "/{db}/_find" and "/{db}/_bulk_docs".
set -eu

database=${DATABASE:-http://127.0.0.1:5984/contexts}
days=${1:?how many days are kept}
before=$(date -u -d "$days days ago" +%Y-%m-%dT%H:%M:%S.000Z)
found=$(mktemp)
trap 'rm -f "$found"' EXIT

ask() {
  curl --silent --show-error --fail --user "admin:$COUCHDB_PASSWORD" --header 'content-type: application/json' \
    --request POST --data "$2" "$database/$1"
}

total=0
while :; do
  ask _find "{\"selector\":{\"createdAt\":{\"\$lt\":\"$before\"}},\"fields\":[\"_id\",\"_rev\"],\"limit\":1000}" >"$found"
  count=$(grep -o '"_rev"' "$found" | wc -l)
  [ "$count" -eq 0 ] && break
  docs=$(tr -d '\n' <"$found" | sed 's/.*"docs": *\(\[[^]]*\]\).*/\1/; s/"_rev": *"\([^"]*\)"/"_rev":"\1","_deleted":true/g')
  ask _bulk_docs "{\"docs\":$docs}" >/dev/null
  total=$((total + count))
done
echo "[OK] $total contexts saved before $before are gone"
