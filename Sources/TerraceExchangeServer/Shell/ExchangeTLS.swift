/// Where a server's certificate is.
public struct ExchangeTLS: Sendable {
    /// A PEM file with the certificate, and behind it those up to the root.
    public var certificateFile: String
    /// A PEM file with its private key.
    public var keyFile: String

    /// A certificate and its key.
    public init(certificateFile: String, keyFile: String) {
        self.certificateFile = certificateFile
        self.keyFile = keyFile
    }
}
