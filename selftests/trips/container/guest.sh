#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# What the realm does once it is up: it takes orders from the host, which nobody
# vouches for, measures each before it obeys, and runs the image that it can open.
# What people read goes to stderr; stdout is the container's.
#
# note: this text is measured with the rest of the initramfs
set -eu
exec 3>&1 >&2
host=$(cat /etc/demo/host)

run() {
	echo "realm\$ $*" >&2
	"$@"
}

run wget -q -O /tmp/orders "http://$host/orders"
while read -r verb what; do
	run tsmctl measure event rem3 example.org/container "$verb" "$what"
	case $verb in
	Exec)
		run "$what"
		;;
	Pull)
		# what ocicrypt's provider has to say is kept in its log
		run skopeo --insecure-policy copy -q --src-tls-verify=false \
			--decryption-key provider:attestation-agent \
			"docker://$what" oci:/tmp/image:demo || {
			cat /run/keyprovider.log
			exit 1
		}
		run umoci unpack --image /tmp/image:demo /tmp/bundle
		sed -i 's/"terminal": true/"terminal": false/' /tmp/bundle/config.json
		# a root file system in memory cannot be pivoted
		run crun run --no-pivot --bundle /tmp/bundle demo >&3
		;;
	esac
done </tmp/orders
