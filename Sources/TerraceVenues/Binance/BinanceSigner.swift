internal import CCrypto

/// What signs a request: of the three kinds of keys that Binance takes, HMAC and Ed25519 are here ("Request security").
protocol BinanceSigner: AnyObject {
    /// The signature of `payload` as text, in characters that JSON takes as they are.
    func signature(of payload: [UInt8]) -> [UInt8]
}

/// The signature is in hexadecimal digits.
extension HMACSigner: BinanceSigner {
    func signature(of payload: [UInt8]) -> [UInt8] {
        var writer = WireWriter(capacity: 64)
        writer.hexadecimal(self.sign(payload))
        return writer.bytes
    }
}

/// The signature is in base64.
extension Ed25519Signer: BinanceSigner {
    func signature(of payload: [UInt8]) -> [UInt8] {
        let signature = self.sign(payload)
        // Four characters for each three bytes begun, and a zero byte behind them.
        var text = [UInt8](repeating: 0, count: (signature.count + 2) / 3 * 4 + 1)
        // SAFETY: both buffers are valid during the call, and the first holds all that is written.
        let length = unsafe text.withUnsafeMutableBufferPointer { text in
            unsafe signature.withUnsafeBufferPointer { bytes in
                unsafe EVP_EncodeBlock(text.baseAddress, bytes.baseAddress, Int32(clamping: bytes.count))
            }
        }
        return Array(text.prefix(Int(max(0, length))))
    }
}
