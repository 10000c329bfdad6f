import Foundation
import NIOSSL

/// A certificate for 127.0.0.1, for the time of a benchmark: made once with openssl (P-256, 2020 to 2120). The key guards nothing,
/// and nothing but the benchmark's own client trusts it.
enum FeederCertificate {
    /// What a feeder speaks TLS by.
    static func context() throws -> NIOSSLContext {
        let chain = try NIOSSLCertificate.fromPEMBytes(Array(Self.certificate.utf8))
        let key = try NIOSSLPrivateKey(bytes: Array(Self.key.utf8), format: .pem)
        return try NIOSSLContext(
            configuration: .makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key)))
    }

    /// Calls `body` with the path of a file that holds the certificate.
    static func withFile<Result>(_ body: (String) throws -> Result) throws -> Result {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("terrace-bench-\(UUID()).pem")
        try Data(Self.certificate.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        return try body(file.path)
    }

    private static let certificate = """
        -----BEGIN CERTIFICATE-----
        MIIBbDCCARKgAwIBAgIBATAKBggqhkjOPQQDAjAcMRowGAYDVQQDDBFUZXJyYWNl
        IGJlbmNobWFyazAgFw0yMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAwMDAwMFowHDEa
        MBgGA1UEAwwRVGVycmFjZSBiZW5jaG1hcmswWTATBgcqhkjOPQIBBggqhkjOPQMB
        BwNCAARrMccUwexda6bEKuXAXfZjycZNWn4SvXUP6OSo6WYffEjW5QvpVC6y+6wK
        Bs9yS9SiAm+3QxlV0nOqAd/xTFR3o0MwQTAPBgNVHRMBAf8EBTADAQH/MA8GA1Ud
        EQQIMAaHBH8AAAEwHQYDVR0OBBYEFFyMM83rwkuKCUQAR7SwUH+eP5wkMAoGCCqG
        SM49BAMCA0gAMEUCIEc8bB2SgXEEveTGT/c+WoEPYBolF5JuwF/P/Hkc+NqkAiEA
        qm+s17ua9UVYyHAJ9wh+zC8JqE8HD6tdJFf1rxlREpM=
        -----END CERTIFICATE-----
        """

    private static let key = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgMxTxx9JrQ4B1qr6R
        zQ7obBGPqhiiQyNhPpaUfvY/PZShRANCAARrMccUwexda6bEKuXAXfZjycZNWn4S
        vXUP6OSo6WYffEjW5QvpVC6y+6wKBs9yS9SiAm+3QxlV0nOqAd/xTFR3
        -----END PRIVATE KEY-----
        """
}
