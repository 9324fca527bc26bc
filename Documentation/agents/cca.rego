# SPDX-License-Identifier: GPL-2.0-only
# Trustee's attestation policy for CPUs, default_cpu, for Arm CCA realms. What may be
# is what tsmctl trustee export --rvps registered.
package policy

import rego.v1

# Of a platform with another key or other firmware, Trustee's verifier refuses the token:
# no policy is asked then.
hardware := 2

instance_identity := 2

# "not recognised", unless it is below
default executables := 33

executables := 3 if {
	realm := input.cca.realm
	realm["cca-realm-initial-measurement"] in query_reference_value("cca.realm.cca-realm-initial-measurement")
	realm["cca-realm-extensible-measurements"] in query_reference_value("cca.realm.cca-realm-extensible-measurements")
}

trust_claims := {
	"hardware": hardware,
	"instance-identity": instance_identity,
	"executables": executables,
}
