"""Inventories of every form but a lone INI: what we read as Ansible does, and what we refuse, with the line."""

# ruff: noqa: E501  one inventory after the other

from __future__ import annotations

from typing import NamedTuple


class Case(NamedTuple):
    """*files*, read as *sources*; *message* is what we say where we refuse them."""

    files: dict[str, str]
    sources: tuple[str, ...] = ("hosts.yml",)
    message: str = ""


def yaml(text: str, message: str = "", **files: str) -> Case:
    return Case(
        {"hosts.yml": text, **{name.replace("__", "/"): body for name, body in files.items()}},
        message=message,
    )


def toml(text: str, message: str = "") -> Case:
    return Case({"hosts.toml": text}, ("hosts.toml",), message)


def json(text: str, message: str = "") -> Case:
    return Case({"hosts.json": text}, ("hosts.json",), message)


def several(message: str = "", *sources: str, **files: str) -> Case:
    return Case(
        {name.replace("__", "/").replace("_dot_", "."): text for name, text in files.items()},
        sources,
        message,
    )


SHOP = """\
all:
  vars: {ansible_user: deploy, level: all}
  hosts:
    lone:
  children:
    web:
      hosts:
        web[01:03].example.com:
          a: 1
        web9:2222:
      vars: {level: web}
    db:
      hosts: {db1: {b: [1, {c: d}]}}
    prod:
      children:
        web:
        db:
      vars:
        level: prod
"""

AGREED: dict[str, Case] = {
    "yaml: a shop": yaml(SHOP),
    "yaml: one host": yaml("all:\n  hosts:\n    h1:\n"),
    "yaml: hosts that are a text": yaml("all:\n  hosts: h1\n"),
    "yaml: children that are a text": yaml("web:\n  hosts: h1\nprod:\n  children: web\n"),
    "yaml: hosts without variables": yaml("web:\n  hosts:\n    h1: {}\n    h2:\n    h3: ~\n"),
    "yaml: groups at the top, no all": yaml("web:\n  hosts: {h1: }\ndb:\n  hosts: {h2: }\n"),
    "yaml: a group that is nothing": yaml("web:\ndb:\n  hosts: {h2: }\n"),
    "yaml: sections that are nothing": yaml("web:\n  hosts:\n  vars:\n  children:\ndb: {hosts: {h: }}\n"),
    "yaml: ranges": yaml("web:\n  hosts:\n    w[1:3]: {a: 1}\n    x[a:c]-[01:02]:\n    y[0:6:3]:\n"),
    "yaml: ports": yaml("web:\n  hosts:\n    h1:2222:\n    '[::1]:22':\n    'h[2:3]:23': {a: 1}\n"),
    "yaml: IPv6": yaml("web:\n  hosts:\n    '2001:db8::1': {a: 1}\n    ::1:\n"),
    "yaml: port as variable over port in the name": yaml("web:\n  hosts:\n    h1:22: {ansible_port: 23}\n"),
    "yaml: a host in two groups": yaml("a:\n  hosts: {h: {x: 1}}\nb:\n  hosts: {h: {y: 2}}\n"),
    "yaml: a host twice, the later wins": yaml("a:\n  hosts: {h: {x: 1, z: 1}}\nb:\n  hosts: {h: {x: 2}}\n"),
    "yaml: values of every kind": yaml(
        "all:\n  hosts:\n    h:\n      a: yes\n      b: off\n      c: 010\n      d: 1.5\n      e: ~\n      f: 'no'\n"
        "      g: [1, [2], {x: y}]\n      h: |\n        t\n        u\n      i: >-\n        v\n        w\n"
        "      j: 1_000\n"
    ),
    "yaml: anchors and merges": yaml(
        "all:\n  hosts:\n    h1: &one {a: 1, b: 2}\n    h2:\n      <<: *one\n      b: 3\n    h3: *one\n"
    ),
    "yaml: merged lists of anchors": yaml(
        "web:\n  vars:\n    x: &x {a: 1}\n    y: &y {b: 2}\n    z:\n      <<: [*x, *y]\n      c: 3\n  hosts: {h: }\n"
    ),
    "yaml: group variables of a group of groups": yaml(
        "p:\n  children:\n    c:\n      hosts: {h: }\n      vars: {x: c}\n  vars: {x: p, y: p}\n"
    ),
    "yaml: priority of a group": yaml(
        "a:\n  hosts: {h: }\n  vars: {x: a, ansible_group_priority: 10}\nb:\n  hosts: {h: }\n  vars: {x: b}\n"
    ),
    "yaml: priority in quotes": yaml(
        "a:\n  hosts: {h: }\n  vars: {x: a, ansible_group_priority: '10'}\nb:\n  hosts: {h: }\n  vars: {x: b}\n"
    ),
    "yaml: a diamond": yaml(
        "t:\n  children:\n    l: {children: {w: }, vars: {x: l}}\n"
        "    r: {children: {w: {hosts: {h: }}}, vars: {x: r}}\n"
    ),
    "yaml: the longest way is the depth": yaml(
        "a: {children: {b: {children: {z: }}, z: {hosts: {h: }}}}\ny: {hosts: {h: }, vars: {x: y}}\nz: {vars: {x: z}}\n"
    ),
    "yaml: hosts of ungrouped": yaml("all:\n  children:\n    ungrouped:\n      hosts: {h1: {a: 1}}\n"),
    "yaml: ungrouped at the top": yaml("ungrouped:\n  hosts: {h1: }\nweb:\n  hosts: {h2: }\n"),
    "yaml: variables of all under children": yaml("all:\n  children:\n    web: {hosts: {h: }}\n  vars: {x: 1}\n"),
    "yaml: names with dashes and dots": yaml("web-1:\n  hosts: {h-1.a_b.example: }\nv1.2:\n  children: {web-1: }\n"),
    "yaml: names in quotes": yaml("'web':\n  hosts: {'10.0.0.1': {'a': \"x\"}}\n"),
    "yaml: comments and a document's begin": yaml("# c\n---\n# d\nweb: # e\n  hosts: {h: } # f\n"),
    "yaml: flow style": yaml("{all: {hosts: {h1: {a: 1}}, children: {web: {hosts: {h2: }}}}}\n"),
    "yaml: unsafe text": yaml("all:\n  hosts:\n    h: {a: !unsafe 'x y', b: !unsafe \"%{z}\"}\n"),
    "yaml: tagged text": yaml("all:\n  hosts:\n    h: {a: !!str 010}\n"),
    "yaml: unicode": yaml("büro:\n  hosts: {höst1: {a: ü, b: '\\u00e4', c: \"\\u00e4\"}}\n"),
    "yaml: carriage returns": yaml("web:\r\n  hosts:\r\n    h1:\r\n      a: x\r\n"),
    "yaml: a host called as its group": yaml("jenkins:\n  hosts: {jenkins: }\nweb: {hosts: {h: }}\n"),
    "yaml: connection variables": yaml(
        "all:\n  hosts:\n    h: {ansible_host: 10.0.0.1, ansible_port: 2222, ansible_become: true}\n"
    ),
    "yaml: group_vars and host_vars": yaml(
        "web:\n  hosts: {h1: {a: 1, b: 1}}\n  vars: {c: 1, d: 1}\n",
        group_vars__web="d: 2\n", host_vars__h1="b: 2\n", group_vars__all="e: 0\n",
    ),
    "yaml: without a suffix": several("", "hosts", hosts="all:\n  hosts:\n    h1: {a: 1}\n"),
    "yaml: without a suffix, a document's begin": several("", "hosts", hosts="---\n# c\nweb:\n  hosts: {h1: }\n"),
    "yaml: without a suffix, comments first": several("", "hosts", hosts="# c\n\n# d\nweb:\n  hosts: {h1: }\n"),
    "yaml: .yaml": several("", "x.yaml", x_dot_yaml="web:\n  hosts: {h1: }\n"),
    "ini: without a suffix": several("", "hosts", hosts="[web]\nh1 a=1\n"),
    "ini: with a suffix of its own": several("", "hosts.prod", hosts_dot_prod="[web]\nh1 a=1\n"),
    "ini: a list of hosts alone": several("", "hosts", hosts="h1\nh2\n"),
    "ini: a host with a port first": several("", "hosts", hosts="h1:2222 a=1\nh2\n"),
    "toml: a shop": toml(
        "[all.vars]\nx = 1\n[web]\nchildren = ['prod']\n[web.hosts]\nh1 = {}\n[web.hosts.h2]\na = [1, 2.5]\n"
        "[prod.hosts]\n'p[1:2]' = {b = true}\n[prod.vars]\nc = 'x'\n"
    ),
    "toml: inline tables": toml("web = {hosts = {h1 = {a = 1}}, vars = {b = {c = 'd'}}}\n"),
    "toml: dotted keys": toml("web.hosts.h1.a = 1\nweb.hosts.'h2.example'.b = 2\n"),
    "toml: ports and ranges": toml("[web.hosts]\n'h[1:2]:2222' = {}\n"),
    "json: as yaml": json('{"all": {"hosts": {"h1": {"a": [1, null, true, 1.5]}, "h2": null}}}'),
    "json: children and vars": json(
        '{"web": {"hosts": {"h1": {}}, "vars": {"a": {"b": "\\u00e4"}}},\n "p": {"children": {"web": null}}}'
    ),
    "host list": Case({}, ("h1,h2",)),
    "host list of one": Case({}, ("h1,",)),
    "host list with ports": Case({}, ("h1:2222, h2 ,10.0.0.1",)),
    "host list and a file": Case({"hosts.yml": "web:\n  hosts: {h1: {a: 1}}\n"}, ("hosts.yml", "h1,h2")),
    "host list after a file with variables": Case({"hosts.ini": "h1 a=1\n"}, ("h2,", "hosts.ini")),
    "two files": several("", "a.yml", "b.ini", a_dot_yml="web: {hosts: {h1: {x: 1}}}\n", b_dot_ini="[db]\nh2 y=2\n"),
    "two files, the later wins": several(
        "", "a.ini", "b.ini", a_dot_ini="[w]\nh1 x=1 z=1\n[w:vars]\ny=1\n", b_dot_ini="[w]\nh1 x=2\n[w:vars]\ny=2\n"
    ),
    "two files in the other order": several(
        "", "b.ini", "a.ini", a_dot_ini="[w]\nh1 x=1 z=1\n[w:vars]\ny=1\n", b_dot_ini="[w]\nh1 x=2\n[w:vars]\ny=2\n"
    ),
    "two files in two directories, each with variables": several(
        "", "a/hosts", "b/hosts", a__hosts="[w]\nh1\n", b__hosts="[w]\nh2\n",
        a__group_vars__w="x: a\ny: a\n", b__group_vars__w="x: b\n", b__host_vars__h1="z: b\n",
    ),
    "a group that has its hosts in another file": several(
        "", "a.ini", "b.ini", a_dot_ini="[w]\nh1\n", b_dot_ini="[p:children]\nw\n[w]\n[w:vars]\nx=1\n"
    ),
    "a directory": several("", "inv", inv__a="[web]\nh1 x=1\n", inv__b="[db]\nh2\n[web:vars]\ny=1\n"),
    "a directory, by name": several("", "inv", **{"inv/10-x": "[w]\nh1 x=10\n", "inv/2-x": "[w]\nh1 x=2\n"}),
    "a directory of forms": several(
        "", "inv", inv__a="[web]\nh1\n", **{"inv/b.yml": "db: {hosts: {h2: }}\n", "inv/c.toml": "[x.hosts.h3]\na = 1\n"}
    ),
    "a directory of directories": several("", "inv", inv__a="h1\n", inv__sub__b="[w]\nh2\n", inv__sub__deep__c="h3\n"),
    "a directory with its variables": several(
        "", "inv", inv__hosts="[w]\nh1\n", inv__group_vars__w="x: 1\n", inv__host_vars__h1="y: 1\n"
    ),
    "a directory below, whose variables do not count": several(
        "", "inv", inv__hosts="[w]\nh1\n", inv__sub__hosts="h2\n", inv__sub__group_vars__w="x: 1\n"
    ),
    "a directory's ignored files": several(
        "", "inv", inv__hosts="h1\n",
        **{
            f"inv/{name}": "no inventory\n\tat all [\n"
            for name in ("x.cfg", "x.md", "x.txt", "x.rst", "x.bak", "x.swp", "x~", "x.orig", "x.retry",
                         ".hidden", "x.pyc", "x.rpm", "x.pyo")
        },
    ),
    "a directory and a file": several("", "inv", "x.ini", inv__a="[w]\nh1 x=1\n", x_dot_ini="[w]\nh1 x=2\n"),
    "a directory with a slash": several("", "inv/", inv__a="[w]\nh1 x=1\n", inv__group_vars__w="y: 2\n"),
    "group_vars as a directory": several(
        "", "hosts", hosts="[w]\nh1\n",
        **{"group_vars/w/a.yml": "x: a\n", "group_vars/w/b": "x: b\n", "group_vars/all/c.json": '{"y": 1}'},
    ),
}  # fmt: skip

PRINTS = "#!/bin/sh\ncat <<'E'\n{}\nE\n"
MADE = "plugin: constructed\nstrict: true\n"
HOSTS = """\
[web]
web1 tier=front size=2 tags='["a", "b"]' empty=''
web2 tier=back size=10 facts="{'os': 'deb', 'rel': ''}"
[db]
db1 tier=back size=4
[web:vars]
level=web
"""


def script(printed: str, message: str = "") -> Case:
    return Case({"hosts": PRINTS.format(printed)}, ("hosts",), message)


def made(options: str, message: str = "", plugin: str = MADE) -> Case:
    return Case({"a.ini": HOSTS, "b.yml": plugin + options}, ("a.ini", "b.yml"), message)


AGREED |= {
    "script: hosts, children, vars": script(
        '{"web": {"hosts": ["h1", "h2"], "vars": {"a": [1, null]}}, "p": {"children": ["web"]}, "_meta": {"hostvars": {"h1": {"b": 1}}}}'
    ),
    "script: a list in the place of a group": script('{"web": ["h1", "h2"], "_meta": {"hostvars": {}}}'),
    "script: a child that is told nothing of": script(
        '{"p": {"children": ["c"], "hosts": ["h1"]}, "_meta": {"hostvars": {}}}'
    ),
    "script: hosts of nobody in hostvars": script(
        '{"w": {"hosts": ["h1"]}, "_meta": {"hostvars": {"h1": {}, "h9": {"a": 1}}}}'
    ),
    "script: empty groups": script('{"w": {"hosts": ["h1"]}, "e": {"hosts": []}, "_meta": {"hostvars": {}}}'),
    "script: all": script('{"all": {"vars": {"x": 1}, "hosts": ["h1"]}, "_meta": {"hostvars": {}}}'),
    "script: without _meta": Case(
        {
            "hosts": '#!/bin/sh\nif [ $1 = --list ]; then echo \'{"w": {"hosts": ["h1", "h2"]}}\'\nelse echo "{\\"a\\": \\"$2\\"}"; fi\n'
        },
        ("hosts",),
    ),
    "script: chatter on standard error": Case(
        {"hosts": PRINTS.format('{"w": ["h1"], "_meta": {"hostvars": {}}}') + "echo chatter >&2\n"},
        ("hosts",),
    ),
    "script: in a directory with files": Case(
        {
            "inv/a.sh": PRINTS.format('{"w": ["h1"], "_meta": {"hostvars": {}}}'),
            "inv/b": "[w]\nh2\n",
            "inv/group_vars/w": "x: 1\n",
        },
        ("inv",),
    ),
    "script: marked values": script(
        '{"w": ["h1"], "_meta": {"hostvars": {"h1": {"a": {"__ansible_unsafe": "{{ x }}"}}}}}'
    ),
    "constructed: compose": made(
        "compose:\n  double: size * 2\n  who: inventory_hostname ~ '-' ~ tier\n  lev: level | default('none')\n"
    ),
    "constructed: groups": made(
        "groups:\n  front: tier == 'front'\n  big: size | int > 3\n  of_db: \"'db' in group_names\"\n"
    ),
    "constructed: keyed groups": made(
        "keyed_groups:\n  - key: tier\n  - {key: tier, prefix: t}\n  - {key: tier, prefix: t, separator: '-'}\n"
    ),
    "constructed: keyed groups by a list": made(
        "keyed_groups:\n  - {key: tags, prefix: tag}\n", plugin="plugin: constructed\n"
    ),
    "constructed: keyed groups by a mapping": made(
        "keyed_groups:\n  - {key: facts, prefix: f}\n", plugin="plugin: constructed\n"
    ),
    "constructed: default value": made(
        "keyed_groups:\n  - {key: empty | default(''), prefix: e, default_value: none}\n"
    ),
    "constructed: default value in a mapping": made(
        'keyed_groups:\n  - {key: "facts | default({})", default_value: x}\n', plugin="plugin: constructed\n"
    ),
    "constructed: no trailing separator": made(
        'keyed_groups:\n  - {key: "facts | default({})", trailing_separator: false}\n',
        plugin="plugin: constructed\n",
    ),
    "constructed: parent group": made("keyed_groups:\n  - {key: tier, prefix: t, parent_group: tiers}\n"),
    "constructed: no leading separator": made("leading_separator: false\nkeyed_groups:\n  - key: tier\n"),
    "constructed: what cannot be worked out is passed over": made(
        "compose:\n  a: nowhere + 1\n  b: '1'\ngroups:\n  g: nowhere.x\n  h: true\n",
        plugin="plugin: ansible.builtin.constructed\n",
    ),
    "constructed: composed variables count for groups": made(
        "compose:\n  x: tier\ngroups:\n  gx: x == 'back'\n"
    ),
    "constructed: variables of groups count": made("groups:\n  g: level is defined\n"),
}

STRICTER: dict[str, Case] = {
    "script: a group that has neither": script('{"web": {"a": 1}, "w": ["h1"], "_meta": {"hostvars": {}}}', 'hosts: group "web" has no hosts, children or vars'),
    "script: no interpreter": Case(
        {"hosts": "#!/no/such/thing\n"}, ("hosts",), "hosts: cannot be run: no such file"
    ),
    "script: a name that is none": script('{"w": ["h1;id"], "_meta": {"hostvars": {}}}', "hosts: invalid character ';'"),
    "constructed: a number in the place of an expression": made(
        "compose:\n  b: 1\n", "b.yml:4: 1 is a int; expected an expression: quote it", plugin="plugin: constructed\n# lenient\n"
    ),
    "constructed: an unknown option": made("compos: {}\n", 'b.yml:3: unknown option "compos" of constructed; did you mean "compose"?'),
    "yaml: a section that means nothing": yaml(
        "web:\n  hosts: {h: }\n  var: {x: 1}\n",
        'hosts.yml:3: "var" in group "web" means nothing; expected hosts, children, vars; did you mean "vars"?',
    ),
    "yaml: variables beside hosts": yaml("web:\n  hosts: {h: }\n  x: 1\n", 'hosts.yml:3: "x" in group "web" means'),
    "yaml: a group that is a list": yaml(
        "web: [h1]\ndb: {hosts: {h: }}\n", 'hosts.yml:1: group "web" is a list; expected a mapping'
    ),
    "yaml: a group that is a text": yaml("web: h1\ndb: {hosts: {h: }}\n", 'hosts.yml:1: group "web" is a text'),
    "yaml: a variable that is no name": yaml("web:\n  hosts:\n    h: {a-b: 1}\n", 'hosts.yml:3: variable name "a-b"'),
    "yaml: a group variable that is no name": yaml(
        "web:\n  hosts: {h: }\n  vars:\n    'a b': 1\n", 'hosts.yml:4: variable name "a b"'
    ),
    "json: no JSON, which Ansible reads as YAML": json(
        '{"all": {"hosts": {"h1": }}}', "hosts.json:1: no JSON: expecting value"
    ),
    "json: a list, which Ansible reads as an INI": json('["h1"]', "hosts.json:1: holds a list; expected an object"),
    "yaml: a key twice": yaml(
        "web:\n  hosts: {h1: }\nweb:\n  hosts: {h2: }\n", 'hosts.yml:3: key "web" is there twice; keep one'
    ),
    "yaml: a host twice": yaml("web:\n  hosts:\n    h1:\n    h1:\n", 'hosts.yml:4: key "h1" is there twice'),
    "yaml: a date": yaml("all:\n  hosts:\n    h:\n      a: 2026-11-21\n", "hosts.yml:4: 2026-11-21 is read as a date"),
    "yaml: base 60": yaml("all:\n  hosts:\n    h:\n      a: 22:22\n", 'hosts.yml:4: "22:22" would be read as'),
    "yaml: a host name that is none": yaml("all:\n  hosts:\n    h1;id:\n", "hosts.yml:3: invalid character ';'"),
    "yaml: a host name that is an option": yaml("all:\n  hosts:\n    -oX:\n", 'hosts.yml:3: host name "-oX" may not'),
    "yaml: a port out of range": yaml("all:\n  hosts:\n    h:99999:\n", 'hosts.yml:3: port: "99999"'),
    "yaml: a group that leads out": yaml("../x:\n  hosts: {h: }\n", 'hosts.yml:1: group name "../x"'),
    "yaml: a reserved variable": yaml("all:\n  hosts:\n    h: {groups: 1}\n", 'hosts.yml:3: variable name "groups"'),
    "yaml: a misspelt connection variable": yaml(
        "all:\n  hosts:\n    h:\n      a: 1\n      ansible_prot: 1\n", "hosts.yml:5: ansible_prot: unknown connection"
    ),
    "yaml: the priority of a host": yaml(
        "all:\n  hosts:\n    h: {ansible_group_priority: 1}\n", "hosts.yml:3: ansible_group_priority has no effect"
    ),
    "yaml: a host called as another group": yaml(
        "web:\n  hosts: {db: , h1: }\ndb:\n  hosts: {h2: }\n", 'hosts.yml:2: host "db" has the name of a group'
    ),
    "yaml: not a number": yaml("all:\n  hosts:\n    h: {a: .nan}\n", "hosts.yml:3: nan is no finite number"),
    "yaml: a set": yaml("all:\n  hosts:\n    h: {a: !!set {x: , y: }}\n", 'hosts.yml:3: tag "tag:yaml.org,2002:set"'),
    "yaml: a group without hosts": yaml("web:\n  vars: {x: 1}\n", "hosts.yml: has no hosts"),
    "json: a key twice": json('{"all":\n {"hosts": {"h1": {"a": 1,\n "a": 2}}}}', 'hosts.json:3: key "a" is there'),
    "toml: a section that means nothing": toml("[web.hosts]\nh = {}\n[web.var]\nx = 1\n", 'hosts.toml:3: "var" in'),
    "toml: a group that is a text": toml("web = 'x'\n[a.hosts.h1]\n", 'hosts.toml:1: group "web" is a text'),
    "toml: a port out of range": toml("[web.hosts]\na = {}\n'h:99999' = {}\n", 'hosts.toml:3: port: "99999"'),
    "toml: a time": toml("[web.hosts.h]\na = 2026-11-21\n", "hosts.toml:2: a: 2026-11-21 is read as a date"),
    "host list: a name that is none": Case({}, ("h1,-oX",), 'h1,-oX: host name "-oX" may not start'),
    "host list: a port that is none": Case({}, ("h1:0,h2",), 'h1:0,h2: port: "0"; expected'),
    "two files: all errors at once": several(
        "a.ini:1: port: \"0\"; expected a number from 1 to 65535\nb.yml:2: invalid character ';'",
        "a.ini", "b.yml", a_dot_ini="h1:0\n", b_dot_yml="web:\n  hosts: {'x;y': }\n",
    ),
}  # fmt: skip

BOTH_REFUSE: dict[str, Case] = {
    "script: no JSON": script("h1 h2", "hosts: --list printed no JSON"),
    "script: a list": script('["h1"]', "hosts: --list printed a list; expected an object"),
    "script: fails": Case(
        {"hosts": "#!/bin/sh\necho no token >&2\nexit 3\n"}, ("hosts",), "hosts: ended with 3: no token"
    ),
    "script: hosts that are no list": script(
        '{"w": {"hosts": "h1"}, "_meta": {"hostvars": {}}}', "hosts: w.hosts is a str; expected a list"
    ),
    "script: hostvars that are none": script(
        '{"w": ["h1"], "_meta": {"hostvars": []}}', "hosts: _meta.hostvars is a list; expected an object"
    ),
    "constructed: strict": made("compose:\n  a: nowhere + 1\n", 'b.yml:4: web1: "nowhere" is not set'),
    "constructed: another plugin": made(
        "regions: [x]\n", 'b.yml:1: plugin "aws_ec2" is not supported', plugin="plugin: aws_ec2\n"
    ),
    "constructed: a key that is a number": made(
        "keyed_groups:\n  - key: size\n", "keyed_groups: a key is a int"
    ),
    "yaml: bytes": yaml(
        "all:\n  hosts:\n    h: {a: !!binary aGk=}\n", 'hosts.yml:3: tag "tag:yaml.org,2002:binary"'
    ),
    "yaml: a list": yaml("- h1\n- h2\n", "hosts.yml:1: holds no mapping"),
    "yaml: a text in the place of groups": yaml("h1 h2 : x y\nq\n", "hosts.yml:3: no YAML"),
    "yaml: empty": yaml("---\n", "hosts.yml: has no hosts"),
    "yaml: hosts as a list": yaml(
        "web:\n  hosts: [h1, h2]\n", 'hosts.yml:2: hosts of "web" is a list; expected a map'
    ),
    "yaml: vars as a list": yaml(
        "web:\n  hosts: {h: }\n  vars: [x]\n", 'hosts.yml:3: vars of "web" is a list'
    ),
    "yaml: variables of a host that are a list": yaml(
        "web:\n  hosts:\n    h1: [x]\n", 'hosts.yml:3: host "h1" is a list'
    ),
    "yaml: variables of a host that are a text": yaml(
        "web:\n  hosts:\n    h1: x\n", 'hosts.yml:3: host "h1" is a text'
    ),
    "yaml: a host that is a number": yaml(
        "web:\n  hosts:\n    1:\n", 'hosts.yml:3: the key "1" is read as int'
    ),
    "yaml: a group that is a number": yaml("1:\n  hosts: {h: }\n", 'hosts.yml:1: the key "1" is read as int'),
    "yaml: a loop of groups": yaml(
        "a:\n  children:\n    b:\n      children:\n        a:\n",
        'hosts.yml:3: group "a" would contain itself',
    ),
    "yaml: a group in itself": yaml(
        "a:\n  hosts: {h: }\n  children: {a: }\n", 'group "a" would contain itself'
    ),
    "yaml: all as a child": yaml(
        "a:\n  children: {all: }\n  hosts: {h: }\n", 'group "a" cannot have the child "all"'
    ),
    "yaml: a tab": yaml("web:\n\thosts:\n", "hosts.yml:2: no YAML: found character '\\t'"),
    "yaml: an open bracket": yaml("web: {hosts: {h1: }\n", "hosts.yml:2: no YAML: expected ',' or '}'"),
    "yaml: an unknown alias": yaml("web:\n  hosts: *x\n", "hosts.yml:2: no YAML: found undefined alias"),
    "yaml: two documents": yaml(
        "a: {hosts: {h: }}\n---\nb:\n", "hosts.yml:2: no YAML: but found another document"
    ),
    "yaml: an object of Python's": yaml(
        "all:\n  hosts:\n    h: {a: !!python/object/apply:os.system ['id']}\n", "hosts.yml:3: tag"
    ),
    "yaml: an unknown tag": yaml(
        "all:\n  hosts:\n    h: {a: !foo x}\n", 'hosts.yml:3: tag "!foo" is not allowed'
    ),
    "yaml: a bad range": yaml("all:\n  hosts:\n    'h[3:1:0]':\n", "hosts.yml:3: range [3:1:0]: step 0"),
    "toml: no TOML": toml("[web\n", "hosts.toml:1: no TOML"),
    "toml: a key twice": toml("[web.hosts.h]\na = 1\na = 2\n", "hosts.toml:3: no TOML: Cannot overwrite"),
    "toml: hosts as a list": toml("[web]\nhosts = ['h1']\n", 'hosts.toml:2: hosts of "web" is a list'),
    "nothing there": Case({}, ("nosuch.yml",), "file not found: nosuch.yml"),
    "an empty directory": several(
        "inv: has no hosts; expected a file with a host in it", "inv", **{"inv/.x": ""}
    ),
    "a directory with something else in it": several(
        'inv/b:1: "is": expected key=value', "inv", inv__a="h1\n", inv__b="this is something else\n"
    ),
}
