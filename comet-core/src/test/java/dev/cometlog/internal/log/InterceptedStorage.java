package dev.cometlog.internal.log;

import dev.cometlog.internal.storage.Storage;
import dev.cometlog.internal.storage.StorageFile;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// A storage whose calls a test may delay, fail or precede by what another process does.
final class InterceptedStorage {
    /// Called before each call that names a path, or goes to the open file of one.
    interface Before {
        void call(String method, Path path) throws IOException;
    }

    /// Thrown instead of another exception by who wants a write to be done in part before it fails.
    static final class ShortWrite extends FileSystemException {
        private static final long serialVersionUID = 1;

        ShortWrite(Path path) {
            super(path.toString(), null, "No space left on device");
        }
    }

    private volatile Before before = (method, path) -> {};

    private final Storage storage;

    InterceptedStorage(Storage real) {
        storage = (Storage) Proxy.newProxyInstance(
                Storage.class.getClassLoader(), new Class<?>[] {Storage.class}, (proxy, method, arguments) -> {
                    if (arguments != null && arguments[0] instanceof Path path) {
                        before.call(method.getName(), path);
                    }
                    try {
                        Object result = method.invoke(real, arguments);
                        return result instanceof StorageFile file ? intercepted(file) : result;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    /// An open file, whose calls come to the test too: as `write`, `force` and so on.
    private StorageFile intercepted(StorageFile real) {
        return (StorageFile) Proxy.newProxyInstance(
                StorageFile.class.getClassLoader(), new Class<?>[] {StorageFile.class}, (proxy, method, arguments) -> {
                    if (!method.getName().equals("path")) {
                        // Zeros are written too.
                        String name = method.getName().equals("writeZeros") ? "write" : method.getName();
                        callBefore(name, real, arguments);
                    }
                    try {
                        return method.invoke(real, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private void callBefore(String method, StorageFile real, @Nullable Object[] arguments) throws IOException {
        try {
            before.call(method, real.path());
        } catch (ShortWrite e) {
            if (arguments.length == 4) {
                real.write(
                        (Long) arguments[0], (byte[]) arguments[1], (Integer) arguments[2], (Integer) arguments[3] / 2);
            } else {
                real.writeZeros((Integer) arguments[0] / 2, (Integer) arguments[1]);
            }
            throw e;
        }
    }

    Storage storage() {
        return storage;
    }

    void before(Before replacement) {
        before = replacement;
    }
}
