#!/bin/sh
# node.sh FOLDER GROUP ADDRESS SERVICES: furnishes the namespaces of a node, once, before anything
# runs in them. What containerd and the kubelet hard-code is shown to them as views of FOLDER, so
# that the machine's own stays untouched; and all of it goes with the mount namespace.
set -eu
folder=$1 group=$2 address=$3 services=$4
cd "$folder"

hostname node-1
# A new peer group: volumes propagate to the pods, and nothing leaks out.
mount --make-rshared /
mount -t tmpfs tmpfs /run
for place in /var/lib/kubelet /var/lib/containerd /var/lib/cni /var/log/pods /var/log/containers; do
    mkdir -p "$folder/disk$place"
done
# On the disk, since overlays cannot lie on overlays; /var/lib and /var/log may lack the folders.
for place in /var/lib /var/log; do
    mount -t tmpfs tmpfs "$place"
done
for place in /var/lib/kubelet /var/lib/containerd /var/lib/cni /var/log/pods /var/log/containers; do
    mkdir -p "$place"
    mount --bind "$folder/disk$place" "$place"
done

# A copy that may be written to.
cp /etc/hosts "$folder/hosts"
mount --bind "$folder/hosts" /etc/hosts

# The hierarchies of this cgroup namespace: each begins at the caller's own group, whose limits
# hold. The kubelet asks that they look unified, and so they do from inside.
hierarchies=$(awk '$3 == "cgroup" { n = split($2, part, "/"); print part[n] }' /proc/mounts)
mount -t sysfs sysfs /sys
mount -t tmpfs -o mode=755 tmpfs /sys/fs/cgroup
for hierarchy in $hierarchies; do
    mkdir "/sys/fs/cgroup/$hierarchy"
    case $hierarchy in
        systemd) options=none,name=systemd ;;
        *) options=$hierarchy ;;
    esac
    mount -t cgroup -o "$options" cgroup "/sys/fs/cgroup/$hierarchy"
    # A group of its own: two kubelets with the same one take each other's pods for orphans.
    mkdir "/sys/fs/cgroup/$hierarchy/$group"
done
mkdir /sys/fs/cgroup/unified
mount -t cgroup2 cgroup2 /sys/fs/cgroup/unified
mkdir "/sys/fs/cgroup/unified/$group"
for file in cpuset.cpus cpuset.mems; do
    cat "/sys/fs/cgroup/cpuset/$file" >"/sys/fs/cgroup/cpuset/$group/$file"
done

# The kubelet sets kernel parameters of the whole machine. It finds them as it wants them, in files.
pretend() {
    echo "$2" >"$folder/${1##*/}"
    mount --bind "$folder/${1##*/}" "/proc/sys/$1"
}
pretend vm/overcommit_memory 1
pretend vm/panic_on_oom 0
pretend kernel/panic 10
pretend kernel/panic_on_oops 1
pretend kernel/keys/root_maxkeys 1000000
pretend kernel/keys/root_maxbytes 25000000

# No way out. The node's address is on a bridge of its own: the kubelet refuses loopback.
ip link add node0 type bridge
ip address add "$address/24" dev node0
ip link set node0 up
# A machine beside the node, from which node ports are asked as from elsewhere.
ip netns add beside
ip link add beside0 type veth peer name eth0 netns beside
ip link set beside0 master node0 up
ip -netns beside link set lo up
ip -netns beside address add "${address%.*}.2/24" dev eth0
ip -netns beside link set eth0 up
# Routing comes before kube-proxy's rules; without a route they would never see a Service's address.
ip route add "$services" dev node0
echo 1 >/proc/sys/net/ipv4/ip_forward
# Counts what comes to a port of the node and finds neither a Service nor that it has no endpoints:
# while kube-proxy changes its rules, a connection may pass them by (docs/decisions/0091).
nft --file - <<'END'
table inet beside-kube-proxy {
    counter missed { }
    chain input {
        type filter hook input priority filter;
        tcp dport 30000-32767 tcp flags & (syn | ack) == syn counter name missed
    }
}
END
