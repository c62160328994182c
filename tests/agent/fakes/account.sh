# The options of useradd(8) and usermod(8), and what they do to passwd and group.
home='' shell='' group='' groups='' comment='' sets_groups='' own_group='' uid='' expires='' sets_expires=''
while [ "$1" != -- ]; do
    case $1 in
        --home | --home-dir) home=$2; shift ;;
        --shell) shell=$2; shift ;;
        --comment) comment=$2; shift ;;
        --gid) group=$2; shift ;;
        --groups) groups=$2; sets_groups=yes; shift ;;
        --user-group) own_group=yes ;;
        --uid) uid=$2; shift ;;
        --expiredate) expires=$2; sets_expires=yes; shift ;;
    esac
    shift
done
user=$2

number_of() { sed -n "s/^$1:[^:]*:\([0-9]*\):.*/\1/p" "$root/etc/group"; }

leave_groups() { sed -i "s/\([:,]\)$user\(,\|$\)/\1/; s/,$//" "$root/etc/group"; }

join_groups() {
    for joined in $(echo "$groups" | tr , ' '); do
        sed -i "s/^\($joined:.*:\)$/\1$user/; t; s/^\($joined:.*\)$/\1,$user/" "$root/etc/group"
    done
}

# The day as shadow(5) counts it.
days() { [ -z "$expires" ] || echo $(($(date -u -d "$expires" +%s) / 86400)); }
