public import TerraceCore

/// Why a venue did not tell what it was asked. A listen key is never part of it, nor a signature: a request is told by method
/// and path.
public enum VenueAccessError: Error, Sendable, Equatable, CustomStringConvertible {
    /// No answer came.
    case unreachable(_ base: String, _ reason: String)
    /// An answer with a status that means no success.
    case status(_ request: String, Int)
    /// An answer that makes no sense.
    case strange(_ request: String, _ reason: String)
    /// More pages than any venue has.
    case endless(String)
    /// The venue refused, for this reason and by this code of its own.
    case refused(_ request: String, VenueRejection, code: Int64)
    /// Too many requests, or a ban.
    case limited(nanoseconds: Int64, isBan: Bool)
    /// The time stamp was outside of the venue's window, by a clock that is off by so many milliseconds.
    case clockOff(Int64)
    /// The key is wrong, or may not do this.
    case keyRefused(code: Int64)
    /// The key may do too little or too much.
    case permissions(String)

    /// What happened and what to do.
    public var description: String {
        switch self {
        case .unreachable(let base, let reason):
            "\(base) is not reached: \(reason): look at the network, a proxy, and \"endpoints\""
        case .status(let request, let status):
            "\(request) was answered with status \(status): look at the venue's status page, and at \"endpoints\""
        case .strange(let request, let reason):
            "the answer to \(request) makes no sense: \(reason): is this the venue's own address?"
        case .endless(let what): "\(what) has no end: is this the venue's own address?"
        case .refused(let request, let reason, let code): "\(request) was refused: \(reason), code \(code)"
        case .limited(let nanoseconds, let isBan):
            "\(isBan ? "this address is banned" : "too many requests were sent") from here: wait "
                + "\(max(1, nanoseconds / 1_000_000_000)) s, and find out what else uses the address or the account"
        case .clockOff(let milliseconds):
            "the time stamp was refused, with clocks \(milliseconds) ms apart: set this machine's clock (chrony, ntpd)"
        case .permissions(let text): text
        case .keyRefused(let code):
            "the key was refused, code \(code): look at the key, its permissions and the addresses from which it may be used"
        }
    }
}
