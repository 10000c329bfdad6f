public import TerraceCore

/// What came back for a request: the status, what the venue said of its limits in the headers, and the body beside it.
public struct VenueAnswer: Sendable {
    /// The HTTP status.
    public var status: Int
    /// `Retry-After`, or what the venue uses in its place, in nanoseconds from now; zero where there is none.
    public var retryAfterNanoseconds: Int64
    /// Values of the headers that the dialect asked for (`VenueTraits.limitHeaders`), in that order; -1 where one is missing or
    /// no whole number.
    public var limits: [Int64]

    /// An answer.
    public init(status: Int, retryAfterNanoseconds: Int64 = 0, limits: [Int64] = []) {
        self.status = status
        self.retryAfterNanoseconds = retryAfterNanoseconds
        self.limits = limits
    }
}

/// What an answer means for the request.
public enum AnswerOutcome: Sendable, Equatable {
    /// It was carried out; what it told is in the events.
    case done
    /// Another page follows, from here.
    case more(cursor: String)
    /// The venue refused it: it was not carried out.
    case refused(VenueRejection, code: Int64)
    /// Too many requests or a ban: it was not carried out, and nothing must be sent for this long.
    case limited(nanoseconds: Int64, isBan: Bool, code: Int64)
    /// The time stamp was outside of the venue's window: it was not carried out; the clock must be compared anew.
    case clockOff(code: Int64)
    /// The key is wrong, or may not do this: nothing signed will work until a person has looked.
    case keyRefused(code: Int64)
    /// Nobody knows whether it was carried out: a server error, "status unknown", an answer that makes no sense.
    case unknown(code: Int64)
}
