internal import CCrypto

/// HMAC-SHA256 with a key that is set once, through libcrypto: a signature costs no allocation beyond its result.
///
/// It is used by one thread at a time, the one of the session that owns it.
@safe public final class HMACSigner {
    private let context: OpaquePointer?

    /// A signer with `secret`, which it keeps only inside of libcrypto, and wipes there at its end.
    /// Where libcrypto has no memory left its signatures are all zeros, which every venue refuses.
    public init(secret: [UInt8]) {
        let context = unsafe HMAC_CTX_new()
        unsafe self.context = context
        if unsafe context == nil { return }
        // An empty key must not be passed as nil, which means "the key from before".
        let key = secret.isEmpty ? [0] : secret
        // SAFETY: the pointer is valid during the call, which copies the key.
        let isReady = unsafe key.withUnsafeBytes { bytes in
            unsafe HMAC_Init_ex(context, bytes.baseAddress, Int32(clamping: secret.count), EVP_sha256(), nil)
        }
        precondition(isReady == 1, "libcrypto has no HMAC-SHA256")
    }

    deinit { unsafe HMAC_CTX_free(self.context) }

    /// The 32 bytes that sign `parts`, one after the other.
    public func sign(_ parts: [UInt8]...) -> [UInt8] {
        guard let context = unsafe self.context else { return Array(repeating: 0, count: 32) }
        _ = unsafe HMAC_Init_ex(context, nil, 0, nil, nil)
        for part in parts {
            // SAFETY: the pointer is valid during the call.
            _ = unsafe part.withUnsafeBufferPointer { bytes in
                unsafe HMAC_Update(context, bytes.baseAddress, bytes.count)
            }
        }
        var length: UInt32 = 32
        return unsafe [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
            _ = unsafe HMAC_Final(context, buffer.baseAddress, &length)
            count = Int(length)
        }
    }
}
