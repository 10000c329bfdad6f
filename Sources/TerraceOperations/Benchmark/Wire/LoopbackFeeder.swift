import CTerrace
import Foundation
import Glibc
import NIOSSL
import Synchronization

/// A venue for benchmarks: one thread, plain sockets on 127.0.0.1, messages made beforehand. It checks nothing, and costs as
/// little as a sender can.
///
/// Everything behind `start` happens on its thread, which is what makes `@unchecked Sendable` true.
final class LoopbackFeeder: @unchecked Sendable {
    /// Why it can't be.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Where it listens.
    let port: Int
    private let listener: Int32
    private let script: any FeederScript
    private let context: NIOSSLContext?
    private let processor: Int32?
    private var connections: [FeederConnection] = []
    private let isStopping = Atomic<Bool>(false)
    private let ended = DispatchSemaphore(value: 0)

    /// Listens on a free port. `processor` is what its thread is bound to.
    init(_ script: any FeederScript, context: NIOSSLContext?, processor: Int32?) throws {
        self.script = script
        self.context = context
        self.processor = processor
        self.listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = self.listener
        // SAFETY: the structure is an IPv4 address of the length given, and valid during the calls.
        let isBound = unsafe withUnsafeMutablePointer(to: &address) { address in
            unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe bind(listener, address, length) == 0 && listen(listener, 16) == 0
                    && getsockname(listener, address, &length) == 0
            }
        }
        self.port = Int(UInt16(bigEndian: address.sin_port))
        guard isBound else { throw Failure(description: "no port of 127.0.0.1 can be listened on: errno \(errno)") }
    }

    deinit { _ = Glibc.close(self.listener) }

    /// Begins to serve.
    func start() {
        let thread = Thread {
            if let processor = self.processor { _ = cterrace_pin(processor) }
            self.serve()
            self.connections = []
            self.ended.signal()
        }
        thread.name = "feeder"
        thread.start()
    }

    /// Closes everything; returns when the thread has ended.
    func stop() {
        self.isStopping.store(true, ordering: .relaxed)
        self.ended.wait()
        self.ended.signal()  // For whoever calls it again.
    }

    private func serve() {
        while !self.isStopping.load(ordering: .relaxed) {
            var polled = [pollfd(fd: self.listener, events: Int16(POLLIN), revents: 0)]
            for connection in self.connections {
                polled.append(pollfd(fd: connection.socket, events: Int16(POLLIN), revents: 0))
            }
            let now = FeederConnection.now
            let wait = self.script.due <= now ? 0 : min(self.script.due - now, 20_000_000)
            // SAFETY: the array lives through the call and is as long as it says.
            let ready = unsafe cterrace_poll(&polled, UInt32(truncatingIfNeeded: polled.count), wait)
            if ready > 0 {
                for place in (0..<self.connections.count).reversed() where polled[place + 1].revents != 0 {
                    if !self.read(self.connections[place]) { self.connections.remove(at: place) }
                }
                if polled[0].revents != 0 { self.accept() }
            }
            let then = FeederConnection.now
            // A connection that was closed takes its messages with it: the engine says what it makes of that.
            if self.script.due <= then { try? self.script.send(at: then) }
        }
    }

    private func accept() {
        let accepted = Glibc.accept(self.listener, nil, nil)
        guard accepted >= 0 else { return }
        var one: Int32 = 1
        // SAFETY: the number lives through the call and is as long as it says.
        _ = unsafe setsockopt(accepted, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        // Without the pacing of BBR, which guesses a rate for loopback far below what it carries.
        let control: StaticString = "reno"
        // SAFETY: the pointer is to the constant's code units, as many as it says.
        _ = unsafe setsockopt(
            accepted, Int32(IPPROTO_TCP), TCP_CONGESTION, control.utf8Start, socklen_t(control.utf8CodeUnitCount))
        if let connection = try? FeederConnection(accepted, context: self.context) {
            self.connections.append(connection)
        }
    }

    /// Reads and answers what has come; false at the end of the connection.
    private func read(_ connection: FeederConnection) -> Bool {
        guard let time = try? connection.receive() else { return false }
        while true {
            var answers: [[UInt8]] = []
            if connection.isStream {
                guard let message = connection.takeMessage() else { return true }
                answers = self.script.reply(to: String(decoding: message, as: UTF8.self), on: connection)
            } else {
                guard let request = connection.takeRequest() else { return true }
                if let upgrade = request.upgrade {
                    answers = [upgrade]
                    connection.isStream = true
                    self.script.opened(connection, path: request.path)
                } else {
                    answers = [self.script.answer(request, readAt: time)]
                }
            }
            for answer in answers {
                guard let sealed = try? connection.sealed(answer) else { return false }
                _ = connection.write(sealed)
            }
        }
    }
}
