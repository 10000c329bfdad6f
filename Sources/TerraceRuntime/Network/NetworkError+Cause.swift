import Glibc
import NIOCore
import NIOPosix
import NIOSSL

extension NetworkError {
    /// What an error of the layers below means for a connection to `place`.
    static func cause(_ error: any Error, place: String, stage: Stage) -> NetworkError {
        switch error {
        case let known as NetworkError: return known
        case let failed as NIOConnectionError:
            if let first = failed.connectionErrors.first {
                return self.cause(first.error, place: place, stage: stage)
            }
            return .unresolved(host: failed.host)
        case let failed as IOError:
            switch failed.errnoCode {
            case ECONNREFUSED: return .refused(place)
            case ECONNRESET, EPIPE: return .connectionLost(place)
            default: return .unreachable(place, reason: self.text(ofErrno: failed.errnoCode))
            }
        case ChannelError.connectTimeout: return .timedOut(place, .connecting)
        case let failed as NIOSSLExtraError
        where failed == .failedToValidateHostname || failed == .serverHostnameImpossibleToMatch:
            return .certificateForAnotherHost(place)
        case NIOSSLError.noCertificateToValidate, NIOSSLError.unableToValidateCertificate:
            return .certificateNotVerified(place)
        case NIOSSLError.handshakeFailed(let failed): return self.cause(ofTLS: failed, place: place)
        case let failed as BoringSSLError: return self.cause(ofTLS: failed, place: place)
        default: return .connectionLost(place)
        }
    }

    private static func cause(ofTLS error: BoringSSLError, place: String) -> NetworkError {
        guard case .sslError(let stack) = error, let first = stack.first else {
            return .tlsFailed(place, reason: "the connection ended")
        }
        // Such as "Error: 268435581 error:1000007d:SSL routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED at FILE:LINE".
        let text = first.description
        var reason = text[...]
        if let mark = text.firstRange(of: "OPENSSL_internal:") { reason = text[mark.upperBound...] }
        if let mark = reason.firstRange(of: " at ") { reason = reason[..<mark.lowerBound] }
        switch reason {
        case "CERTIFICATE_VERIFY_FAILED": return .certificateNotVerified(place)
        case "WRONG_VERSION_NUMBER", "HTTP_REQUEST", "HTTPS_PROXY_REQUEST": return .notTLS(place)
        default:
            if first == .eofDuringHandshake { return .tlsFailed(place, reason: "the connection ended") }
            let words = reason.prefix(80).lowercased().map { $0 == "_" ? " " : $0 }
            return .tlsFailed(place, reason: String(words))
        }
    }

    private static func text(ofErrno code: CInt) -> String {
        // SAFETY: `strerror` gives a C string that is valid until its next call, and is copied at once.
        guard let text = unsafe strerror(code) else { return "error \(code)" }
        return unsafe String(cString: text).lowercased()
    }
}
