# Judges what `ambit state` prints: each namespace that holds workloads has an owner, and no policy allows every port.
package ambit.limits

import rego.v1

deny contains message if {
	some object in input.objects
	object.kind == "Namespace"
	not object.metadata.labels.owner
	message := {"subject": sprintf("Namespace %s", [object.metadata.name]), "message": "has no label 'owner'"}
}

deny contains message if {
	some object in input.objects
	object.kind == "NetworkPolicy"
	some rule in object.spec.ingress
	not rule.ports
	message := {
		"subject": sprintf("NetworkPolicy %s/%s", [object.metadata.namespace, object.metadata.name]),
		"message": "allows every port",
	}
}

# What was not read cannot be judged.
deny contains message if {
	not input.complete
	message := {"subject": input.cluster, "message": "the reading was not complete"}
}
