"""Walks through the emulated cloud with the official Python library, and builds an image by hand.

Prints what it saw as JSON. Environment: HCLOUD_ENDPOINT, HCLOUD_TOKEN; IMAGE_URL: a raw disk image, packed with xz;
SSH_PORT; KEY: path of a private key, with the public one beside it.
"""

import base64
import json
import os
import struct
import subprocess
import sys
import time

from hcloud import APIException, Client
from hcloud.images.domain import Image
from hcloud.locations.domain import Location
from hcloud.server_types.domain import ServerType

MANY = 60
LOG_IN_SECONDS = 60

LISTS = [
    "certificates",
    "firewalls",
    "floating_ips",
    "images",
    "isos",
    "load_balancer_types",
    "load_balancers",
    "locations",
    "networks",
    "placement_groups",
    "primary_ips",
    "server_types",
    "servers",
    "ssh_keys",
    "volumes",
]


def public_key(number):
    """A public key line that no other number gives."""
    kind = b"ssh-ed25519"
    point = struct.pack(">I28x", number)
    blob = b"".join(struct.pack(">I", len(part)) + part for part in (kind, point))
    return "ssh-ed25519 " + base64.b64encode(blob).decode()


def walk_keys(client):
    """Makes more keys than fit on a page, finds them again and deletes them."""
    for number in range(MANY):
        labels = {"parity": "odd" if number % 2 else "even"}
        client.ssh_keys.create("key-%02d" % number, public_key(number), labels)
    keys = client.ssh_keys.get_all()
    odd = client.ssh_keys.get_all(label_selector="parity=odd")
    last = client.ssh_keys.get_list(page=3, per_page=25)
    by_name = client.ssh_keys.get_by_name("key-42")
    renamed = by_name.update(name="renamed", labels={})
    same = client.ssh_keys.get_by_fingerprint(keys[7].fingerprint)
    for key in keys:
        key.delete()
    return {
        "names": [key.name for key in keys],
        "odd": [key.name for key in odd],
        "last_page": [key.name for key in last.ssh_keys],
        "total": last.meta.pagination.total_entries,
        "renamed": [renamed.id == by_name.id, renamed.name, renamed.labels],
        "same": same.name,
        "left": len(client.ssh_keys.get_all()),
    }


def error_of(call):
    """The code of the error that a call must end with."""
    try:
        call()
    except APIException as error:
        return error.code
    return None


def ssh(server, command):
    """Runs a command on the server with the system's own SSH client."""
    options = ["BatchMode=yes", "StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "ConnectTimeout=5"]
    flags = [flag for option in options for flag in ("-o", option)]
    target = "root@" + server.public_net.ipv4.ip
    return subprocess.run(
        ["ssh", "-F", "none", "-p", os.environ["SSH_PORT"], "-i", os.environ["KEY"], *flags, target, command],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout.strip()


def log_in(server):
    """Waits until the server answers, and gives its host name."""
    end = time.monotonic() + LOG_IN_SECONDS
    while True:
        try:
            return ssh(server, "hostname")
        except subprocess.CalledProcessError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


def build(client):
    """Writes the image to a server in rescue, and makes a snapshot of it."""
    with open(os.environ["KEY"] + ".pub") as file:
        key = client.ssh_keys.create("build", file.read())
    order = {
        "name": "build",
        "server_type": ServerType(name="cx23"),
        "image": Image(name="debian-13"),
        "location": Location(name="fsn1"),
        "start_after_create": False,
        "ssh_keys": [key],
    }
    created = client.servers.create(**order)
    created.action.wait_until_finished()
    server = created.server
    taken = error_of(lambda: client.servers.create(**order))
    rescue = server.enable_rescue("linux64", [key.id])
    rescue.action.wait_until_finished()
    before = client.servers.get_by_id(server.id)
    server.power_on().wait_until_finished()
    running = client.servers.get_by_id(server.id)
    hostname = log_in(running)
    write = "set -eo pipefail; blkdiscard -f /dev/sda; curl -fsS '%s' | xz -dc | dd of=/dev/sda bs=1M; sync"
    ssh(running, write % os.environ["IMAGE_URL"])
    server.power_off().wait_until_finished()
    snapshot = server.create_image("by hand", "snapshot", {"os": "talos", "arch": "x86"})
    snapshot.action.wait_until_finished()
    primary_ips = client.primary_ips.get_all()
    server.change_protection(delete=True, rebuild=True).wait_until_finished()
    protected = error_of(server.delete)
    server.change_protection(delete=False, rebuild=False).wait_until_finished()
    server.delete().wait_until_finished()
    key.delete()
    (image,) = client.images.get_all(type=["snapshot"], label_selector="os=talos,arch in (x86)")
    return {
        "server": {"name": server.name, "root_password": created.root_password, "taken": taken, "protected": protected},
        "rescue": [before.rescue_enabled, running.rescue_enabled, rescue.root_password != ""],
        "status": [before.status, running.status],
        "hostname": hostname,
        "primary_ips": [ip.assignee_id == server.id for ip in primary_ips],
        "actions": [action.command for action in client.images.get_actions(image)],
        "image": {"id": image.id, "same": image.id == snapshot.image.id, "status": image.status, "disk": image.disk_size},
        "labels": image.labels,
        "left": [len(client.servers.get_all()), len(client.ssh_keys.get_all()), len(client.primary_ips.get_all())],
    }


def main():
    client = Client(os.environ["HCLOUD_TOKEN"], api_endpoint=os.environ["HCLOUD_ENDPOINT"], poll_interval=0.05)
    report = {"keys": walk_keys(client), "build": build(client)}
    report["lists"] = {name: len(getattr(client, name).get_all()) for name in LISTS}
    report["deprecated"] = [
        image.name for image in client.images.get_all(include_deprecated=True) if image.deprecated is not None
    ]
    unauthorized = Client("wrong-token", api_endpoint=os.environ["HCLOUD_ENDPOINT"])
    report["wrong_token"] = error_of(unauthorized.servers.get_all)
    json.dump(report, sys.stdout)


main()
