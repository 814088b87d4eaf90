"""Keys are made, opened and compared, and never shown."""

import subprocess
import sys
from itertools import islice
from pathlib import Path

import pytest
from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from forerunner.errors import InvalidData
from forerunner.sims.keys import Seen, TransportKey, generated, key_problem, opc_of, read_secret
from forerunner.vault import VaultError

# Test set 1 of 3GPP TS 35.208, 4.3.1.
K, OP, OPC = (
    "465b5ce8b199b49faa5f0a2ee238a6bc",
    "cdc202d5123e20f62b6d676ac72cb318",
    "cd63cb71954a9f4e48a5994e37a02baf",
)
SECRET = "00112233445566778899aabbccddeeff"


def secret_file(path: Path, text: str = SECRET, mode: int = 0o600) -> Path:
    path.write_text(text + "\n")
    path.chmod(mode)
    return path


def encrypted(cipher: Cipher, text: str) -> str:
    return cipher.encryptor().update(bytes.fromhex(text)).hex()


def test_opc_is_that_of_the_test_set() -> None:
    assert opc_of(K, OP) == OPC


def test_made_keys_fit_and_differ() -> None:
    made = list(islice(generated(), 1000))

    assert {key_problem(key) for pair in made for key in pair} == {""}
    assert len({key for pair in made for key in pair}) == 2000


def test_made_keys_are_of_the_operators_op() -> None:
    assert all(opc == opc_of(k, OP) for k, opc in islice(generated(OP), 10))


@pytest.mark.parametrize("text", ["", "0" * 31, "g" * 32, f"{K}\n", "\uff10" * 32, "0" * 32])
def test_a_key_that_is_none_is_told_and_not_shown(text: str) -> None:
    said = key_problem(text)

    assert said
    assert not text or text not in said


def test_a_key_that_came_before_is_known_without_being_held() -> None:
    seen = Seen()

    assert [seen.add(each) for each in (K, OP, K)] == [False, False, True]
    assert K.encode() not in repr(vars(seen)).encode()


@pytest.mark.parametrize("size", [16, 24, 32])
def test_what_aes_encrypted_is_opened(size: int) -> None:
    key = bytes(range(size))
    sent = encrypted(Cipher(algorithms.AES(key), modes.ECB()), K)

    assert TransportKey("aes", key).open(sent.upper()) == K


def test_what_3des_encrypted_is_opened_with_three_parts_and_with_two() -> None:
    key = bytes(range(24))
    two = key[:16] + key[:8]

    assert TransportKey("3des", key).open(encrypted(Cipher(TripleDES(key), modes.ECB()), K)) == K
    sent = encrypted(Cipher(TripleDES(two), modes.ECB()), K)
    assert TransportKey("3des", key[:16]).open(sent) == K


@pytest.mark.parametrize("key", [b"12345678" * 3, b"12345678" * 2, b"abcdefgh" + b"12345678" * 2])
def test_single_des_in_disguise_is_refused(key: bytes) -> None:
    with pytest.raises(ValueError, match="single DES"):
        TransportKey("3des", key)


def test_a_secret_is_read_from_a_file_of_ones_own(tmp_path: Path) -> None:
    path = secret_file(tmp_path / "key")

    assert read_secret(path, "op_file", (16,)).hex() == SECRET


@pytest.mark.parametrize(
    ("text", "mode", "said"),
    [
        (SECRET, 0o640, "chmod 600"),
        (SECRET[:-2], 0o600, "32 hexadecimal digits"),
        ("secret" * 5, 0o600, "hexadecimal digits alone"),
        ("0" * 32, 0o600, "zeros only"),
        ("\N{EURO SIGN}", 0o600, "hexadecimal digits alone"),
    ],
)
def test_a_secret_that_is_none_is_told_and_not_shown(
    tmp_path: Path, text: str, mode: int, said: str
) -> None:
    with pytest.raises(InvalidData, match=said) as raised:
        read_secret(secret_file(tmp_path / "key", text, mode), "op_file", (16,))

    assert text not in str(raised.value)
    assert "op_file" in str(raised.value)


def test_a_secret_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidData, match="cannot be read: No such file"):
        read_secret(tmp_path / "none", "op_file", (16,))


def test_a_secret_is_read_from_a_vault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    password = secret_file(tmp_path / "password", "open sesame")
    path = secret_file(tmp_path / "key")
    vault = Path(sys.executable).with_name("ansible-vault")
    command = [vault, "encrypt", "--vault-password-file", password, path]
    subprocess.run(command, check=True, capture_output=True)

    assert read_secret(path, "op_file", (16,), password).hex() == SECRET
    monkeypatch.delenv("FORERUNNER_VAULT_PASSWORD_FILE", raising=False)
    with pytest.raises(VaultError, match="no password is named"):
        read_secret(path, "op_file", (16,))
    with pytest.raises(VaultError, match="does not open it"):
        read_secret(path, "op_file", (16,), secret_file(tmp_path / "other", "abracadabra"))
