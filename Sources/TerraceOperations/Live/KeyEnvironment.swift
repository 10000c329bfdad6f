internal import Glibc

/// The environment variables as far as keys need them.
struct KeyEnvironment {
    /// The value of a variable; nil where there is none.
    var value: (String) -> String?
    /// Takes a variable away.
    var remove: (String) -> Void

    /// The process's own. Removing a variable wipes its value where the system put it, so that neither a child nor a look at
    /// `/proc/PID/environ` finds it. To be used before threads are there that look at the environment.
    static var process: KeyEnvironment {
        KeyEnvironment(
            value: { name in
                // SAFETY: the text is copied at once; nobody changes the environment meanwhile.
                unsafe getenv(name).map { unsafe String(cString: $0) }
            },
            remove: { name in
                // SAFETY: the bytes up to the final zero are the value's own, in memory of the process that may be written.
                if let value = unsafe getenv(name) { unsafe explicit_bzero(value, strlen(value)) }
                unsafe unsetenv(name)
            })
    }
}
