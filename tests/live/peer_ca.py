"""A certification authority that lives as long as the peer, for hosts that are Amazon's elsewhere."""

import os
import ssl
import subprocess
import threading

DAYS = "30"


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)


class Authority:
    def __init__(self, folder):
        self.folder = folder
        self.lock = threading.Lock()
        self.contexts = {}
        self.bundle = self.path("ca.pem")
        with open(self.path("ca.cnf"), "w", encoding="ascii") as file:
            file.write("[req]\ndistinguished_name=dn\nx509_extensions=v3\nprompt=no\n"
                       "[dn]\nCN=throw-away test authority\n"
                       "[v3]\nbasicConstraints=critical,CA:true\nkeyUsage=critical,keyCertSign,cRLSign\n"
                       "subjectKeyIdentifier=hash\n")
        for key in ("ca.key", "host.key"):
            openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", self.path(key))
        openssl("req", "-x509", "-new", "-key", self.path("ca.key"), "-config", self.path("ca.cnf"),
                "-days", DAYS, "-out", self.bundle)
        openssl("req", "-new", "-key", self.path("host.key"), "-config", self.path("ca.cnf"),
                "-subj", "/CN=peer", "-out", self.path("host.csr"))

    def path(self, name):
        return os.path.join(self.folder, name)

    def context(self, host):
        """The server's side of TLS for a host of this very name."""
        with self.lock:
            if host not in self.contexts:
                self.contexts[host] = self.certify(host)
            return self.contexts[host]

    def certify(self, host):
        certificate = self.path(f"host-{len(self.contexts)}.pem")
        with open(self.path("host.cnf"), "w", encoding="ascii") as file:
            file.write(f"subjectAltName=DNS:{host}\nextendedKeyUsage=serverAuth\n"
                       "authorityKeyIdentifier=keyid\n")
        openssl("x509", "-req", "-in", self.path("host.csr"), "-CA", self.bundle, "-CAkey",
                self.path("ca.key"), "-set_serial", str(len(self.contexts) + 1), "-days", DAYS,
                "-sha256", "-extfile", self.path("host.cnf"), "-out", certificate)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, self.path("host.key"))
        context.set_alpn_protocols(["http/1.1"])
        return context
