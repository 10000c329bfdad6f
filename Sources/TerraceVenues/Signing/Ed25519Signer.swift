internal import CCrypto

/// Ed25519 (RFC 8032) with a private key in PEM (PKCS #8, without a password), through libcrypto.
///
/// It is used by one thread at a time, the one of the session that owns it.
@safe public final class Ed25519Signer {
    private let key: OpaquePointer

    /// A signer with the key that the text `pem` holds, which it keeps only inside of libcrypto; nil where that is no such
    /// key, or one of another kind.
    public init?(pem: [UInt8]) {
        // What does not begin like that can't be one: an HMAC secret is never given to the parser.
        guard pem.starts(with: "-----BEGIN".utf8) else { return nil }
        // SAFETY: the buffer is read within the call only, and the reader is freed before it ends.
        let key: OpaquePointer? = unsafe pem.withUnsafeBytes { bytes in
            guard let reader = unsafe BIO_new_mem_buf(bytes.baseAddress, Int32(clamping: bytes.count)) else {
                return nil
            }
            defer { unsafe BIO_free(reader) }
            // The callback gives no password: without one libcrypto would ask for it at the terminal.
            return unsafe PEM_read_bio_PrivateKey(reader, nil, { _, _, _, _ in 0 }, nil)
        }
        guard let key = unsafe key else { return nil }
        guard unsafe EVP_PKEY_get_id(key) == EVP_PKEY_ED25519 else {
            unsafe EVP_PKEY_free(key)
            return nil
        }
        unsafe self.key = unsafe key
    }

    deinit { unsafe EVP_PKEY_free(self.key) }

    /// The 64 bytes that sign `message`.
    ///
    /// - Precondition: there is memory left.
    public func sign(_ message: [UInt8]) -> [UInt8] {
        guard let context = unsafe EVP_MD_CTX_new() else { return [] }
        defer { unsafe EVP_MD_CTX_free(context) }
        guard unsafe EVP_DigestSignInit(context, nil, nil, nil, self.key) == 1 else { return [] }
        var length = 64
        return unsafe [UInt8](unsafeUninitializedCapacity: 64) { buffer, count in
            // SAFETY: both buffers are valid during the call, and `length` says how much the first holds.
            let isSigned = unsafe message.withUnsafeBufferPointer { bytes in
                unsafe EVP_DigestSign(context, buffer.baseAddress, &length, bytes.baseAddress, bytes.count)
            }
            count = isSigned == 1 ? length : 0
        }
    }
}
